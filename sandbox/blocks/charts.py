"""Charts of the data_visualization block: a pie of segments, or bars, areas and lines of series over categories."""

from typing import Any

from sandbox.blocks.value_kinds import (
    Fields,
    add_problem,
    any_value,
    check_fields,
    check_unique,
    list_of,
    object_of,
    objects,
    string,
)

LABEL = string("chart.label")


def _figure(problems: list[str], pointer: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        add_problem(problems, pointer, "must be a number")


def _positive(problems: list[str], pointer: str, value: Any) -> None:
    _figure(problems, pointer, value)
    if isinstance(value, int | float) and not isinstance(value, bool) and value <= 0:
        add_problem(problems, pointer, "must be greater than 0")


SEGMENT = object_of({"label": LABEL, "value": _positive}, ("label", "value"))
POINT = object_of({"label": LABEL, "value": _figure}, ("label", "value"))
SERIES = object_of({"name": LABEL, "data": list_of(POINT, "chart.points")}, ("name", "data"))
AXES = object_of(
    {
        "categories": list_of(LABEL, "chart.points"),
        "x_label": string("chart.axis_label"),
        "y_label": string("chart.axis_label"),
    },
    ("categories",),
)
AXIS_CHART: tuple[Fields, tuple[str, ...]] = (
    {"series": list_of(SERIES, "chart.series"), "axis_config": AXES},
    ("series", "axis_config"),
)
CHARTS: dict[str, tuple[Fields, tuple[str, ...]]] = {
    "pie": ({"segments": list_of(SEGMENT, "chart.segments")}, ("segments",)),
    "bar": AXIS_CHART,
    "area": AXIS_CHART,
    "line": AXIS_CHART,
}


def chart(problems: list[str], pointer: str, value: Any) -> None:
    """Require a chart. Each series has one point for every category."""
    kind = value.get("type") if isinstance(value, dict) else None
    if not isinstance(kind, str) or kind not in CHARTS:
        add_problem(problems, f"{pointer}/type", f"unsupported type: {kind}")
        return
    known, required = CHARTS[kind]
    before = len(problems)
    check_fields(problems, pointer, value, {"type": any_value, **known}, required)
    if kind == "pie" or len(problems) > before:
        return
    check_unique(problems, f"{pointer}/series", objects(value["series"]), "name")
    categories = value["axis_config"]["categories"]
    if len(set(categories)) < len(categories):
        add_problem(problems, f"{pointer}/axis_config/categories", "categories must be unique")
    for index, series in enumerate(value["series"]):
        if sorted(point["label"] for point in series["data"]) != sorted(categories):
            add_problem(problems, f"{pointer}/series/{index}/data", "must have one point for every category")
