"""The log as JSON: one object per line, for log collectors. Knows no secret; the redactor does."""

from __future__ import annotations

import time
from typing import Any, Final

from pythonjsonlogger.json import JsonFormatter

from bot.monitoring.logs import Redactor

# Extra fields, such as `incident`, `job` and `error_id`, keep the names under which they were logged.
_FIELDS: Final = {"asctime": "time", "levelname": "level", "name": "logger", "message": "event"}
_RENAMED: Final = _FIELDS | {"exc_info": "exception", "stack_info": "stack"}


class JsonLogFormatter(JsonFormatter):
    """Formats a record as a JSON object: time (UTC), level, logger, event, then extra fields and the traceback."""

    converter = staticmethod(time.gmtime)
    default_msec_format = "%s.%03dZ"
    default_time_format = "%Y-%m-%dT%H:%M:%S"

    def __init__(self, redactor: Redactor) -> None:
        super().__init__(list(_FIELDS), rename_fields=_RENAMED, json_ensure_ascii=False)
        self._redactor = redactor

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Redact every value. Before serialization, because escaping would hide a secret from the redactor."""
        return {key: self._redacted(value) for key, value in log_data.items()}

    def _redacted(self, value: Any) -> Any:
        return value if value is None or isinstance(value, bool | int | float) else self._redactor(str(value))
