"""The audit of dependencies that `make check` runs: what is installed is what the lock pins, byte for byte.

A file is compared with the RECORD of its package, and each RECORD with the seal that `make setup` wrote right after the
installer had compared every wheel with the lock. A file that belongs to no package, as a `.pth`, is found too.

It looks at requirements.lock, pyproject.toml and the packages that are installed, asks nobody over the network, and so
knows no advisory: whether a pinned version is known to be bad is for a tool with access to such a list.
"""

from __future__ import annotations

import base64
import hashlib
import re
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import Distribution, distributions
from importlib.util import find_spec
from pathlib import Path
from sysconfig import get_paths
from typing import Any, Final

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

HASH: Final = re.compile(r"--hash=sha256:[0-9a-f]{64}")
# Licences under which we may hand out Muster together with the package; LGPL and MPL bind changes to the package alone.
GOOD: Final = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla|LGPL|Lesser General|Unlicense|CC0"
)
BAD: Final = re.compile(r"AGPL|Affero|(?<!L)(?<!Lesser )GPL|(?<!Lesser )General Public|Proprietary|NonCommercial", re.I)
ROOT: Final = Path(__file__).resolve().parents[1]
# The one file that `make setup` adds: the checkout, as the place of our own packages.
OURS: Final = "muster.pth"
SEAL: Final = "records.sha256"
_UNHASHED: Final = ("RECORD", "RECORD.jws", "RECORD.p7s")


class Lock(dict[str, Requirement]):
    """What the lock pins, by name; `wrong` is what it should not say."""

    wrong: tuple[str, ...] = ()


def read_lock(text: str) -> Lock:
    """Read a lock: one package pinned with == and at least one SHA-256 each, and nothing else."""
    lock, wrong = Lock(), []
    for entry in re.sub(r"\s*\\\n\s*", " ", re.sub(r"(?m)^\s*#.*$", "", text)).splitlines():
        pinned, *hashes = entry.split(" --hash=")
        if not entry.strip():
            continue
        try:
            one = Requirement(pinned.strip())
        except InvalidRequirement:
            wrong.append(f"the lock says what names no package: {entry.strip()[:60]}")
            continue
        lock[canonicalize_name(one.name)] = one
        if one.url or not re.fullmatch(r"==[^*,]+", str(one.specifier)):
            wrong.append(f"{one.name} is not pinned to one version")
        if not hashes or len(HASH.findall(entry)) != len(hashes):
            wrong.append(f"{one.name} is not pinned by SHA-256")
    lock.wrong = tuple(wrong)
    return lock


def asked_for(project: Mapping[str, Any]) -> Iterator[str]:
    """Give what pyproject.toml asks for, to run and to develop."""
    yield from project["project"]["dependencies"]
    for group in project.get("dependency-groups", {}).values():
        yield from group


def unmet(project: Mapping[str, Any], lock: Lock) -> Iterator[str]:
    """Name what is asked for and not pinned to a version that will do."""
    for text in asked_for(project):
        one = Requirement(text)
        pin = lock.get(canonicalize_name(one.name))
        if pin is None or not one.specifier.contains(str(pin.specifier).removeprefix("=="), prereleases=True):
            yield f"{text} is asked for, and the lock has {pin or 'nothing'}"


def differing(lock: Lock, installed: Mapping[str, Distribution]) -> Iterator[str]:
    """Name what is installed and not pinned, or pinned and not installed so."""
    wanted = {name: one for name, one in lock.items() if one.marker is None or one.marker.evaluate()}
    for name in sorted(set(wanted) | set(installed)):
        have = installed[name].version if name in installed else "nothing"
        pin = str(wanted[name].specifier).removeprefix("==") if name in wanted else "nothing"
        if have != pin:
            yield f"{name}: the lock has {pin}, installed is {have}"


def changed(one: Distribution) -> Iterator[str]:
    """Name each file of a package that is not what its wheel had."""
    for file in one.files or ():
        if file.hash is None or file.name in _UNHASHED or file.suffix == ".pyc":
            continue
        path = Path(str(one.locate_file(file)))
        found = hashlib.new(file.hash.mode, path.read_bytes()).digest() if path.is_file() else b""
        if base64.urlsafe_b64encode(found).rstrip(b"=").decode() != file.hash.value:
            yield f"{one.name}: {file} is not what was installed"


def unowned(site: Path, installed: Iterable[Distribution], checkout: Path) -> Iterator[str]:
    """Name each file beside the packages that belongs to none: Python would run a `.pth` or a `sitecustomize`."""
    owned = {Path(str(one.locate_file(file))).resolve() for one in installed for file in one.files or ()}
    for path in sorted(site.rglob("*")):
        is_ours = path == site / OURS and path.read_text("utf-8").strip() == str(checkout.resolve())
        if path.is_file() and path.suffix != ".pyc" and path.resolve() not in owned and not is_ours:
            yield f"{path.relative_to(site)} belongs to no package"


def customized(standard_library: str = get_paths()["stdlib"]) -> Iterator[str]:
    """Name a module that Python runs at every start, wherever it is but in the standard library: Debian ships one there."""
    for name in ("sitecustomize", "usercustomize"):
        found = find_spec(name)
        if found is not None and Path(found.origin or "").parent != Path(standard_library):
            yield f"{found.origin} runs at every start of Python"


def sealed(installed: Iterable[Distribution]) -> str:
    """Return the seal: a line for each package, with the SHA-256 of its RECORD."""
    records = ((one.name, (one.read_text("RECORD") or "").encode()) for one in installed)
    return "".join(sorted(f"{hashlib.sha256(record).hexdigest()}  {name}\n" for name, record in records))


def unsealed(seal: str, installed: Iterable[Distribution]) -> Iterator[str]:
    """Name each package whose RECORD is not the one that was sealed."""
    was, now = (dict(reversed(line.split("  ")) for line in text.splitlines()) for text in (seal, sealed(installed)))
    for name in sorted(set(was) | set(now)):
        if was.get(name) != now.get(name):
            yield f"{name}: its RECORD is not the one that was installed"


def licence_texts(one: Distribution) -> Iterator[str]:
    """Read the licence files that a package names."""
    for name in one.metadata.get_all("License-File") or ():
        yield one.read_text(f"licenses/{name}") or one.read_text(name) or ""


def unfit(one: Distribution) -> Iterator[str]:
    """Name a package whose licence we do not know to be one we may use."""
    told: Mapping[str, Any] = one.metadata.json
    said = [told.get("license_expression", ""), *(c for c in told.get("classifier", ()) if c.startswith("License ::"))]
    if not any(said):
        said = [str(told.get("license", "")).partition("\n")[0]]
    if not any(said):
        said = [text.lstrip().partition("\n")[0].strip() for text in licence_texts(one)]
    words = "; ".join(filter(None, said))
    if not GOOD.search(words) or BAD.search(words):
        yield f"{one.name}: is its licence one we may use? It says “{words or 'nothing'}”"


def audit(folder: Path) -> tuple[list[str], str]:
    """Audit a checkout against what is installed: what is wrong, and what was looked at."""
    lock = read_lock((folder / "requirements.lock").read_text("utf-8"))
    project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))
    installed: dict[str, Distribution] = {canonicalize_name(one.name): one for one in distributions()}
    wrong = [*lock.wrong, *unmet(project, lock), *differing(lock, installed)]
    for one in installed.values():
        wrong += [*changed(one), *unfit(one)]
    site, seal = Path(get_paths()["purelib"]), Path(sys.prefix) / SEAL
    wrong += [*unowned(site, installed.values(), ROOT), *customized()]
    if seal.is_file():
        wrong += unsealed(seal.read_text("utf-8"), installed.values())
    said = f"{len(lock)} packages pinned by hash, {len(installed)} installed as pinned; no advisory was asked for"
    note = "" if seal.is_file() else f"; {SEAL} is missing, so a RECORD may have been changed: make setup writes it"
    return wrong, said + note


if __name__ == "__main__":
    if sys.argv[1:] == ["--seal"]:
        (Path(sys.prefix) / SEAL).write_text(sealed(distributions()), "utf-8")
        sys.exit()
    wrong, said = audit(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
    sys.stdout.write("\n".join(wrong or [said]) + "\n")
    sys.exit(bool(wrong))
