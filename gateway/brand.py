"""The brand: what its own order numbers look like, and which contact details are the company's own (`brand.yml`)."""

from difflib import get_close_matches
from pathlib import Path
from typing import Final

import msgspec

from gateway.errors import SettingsError
from gateway.privacy.brand import BrandFormats
from gateway.settings import ROOT

_FILE: Final = ROOT / "brand.yml"


class Brand(msgspec.Struct, frozen=True, kw_only=True):
    """The brand, as the operator describes it."""

    name: str
    formats: BrandFormats


def load(path: Path = _FILE) -> Brand:
    """Read `brand.yml`. Raises `SettingsError` with what is wrong in it.

    A misspelt name is wrong: what it was meant to say, the wall would not know, and nobody would see that.
    """
    try:
        written = msgspec.yaml.decode(path.read_bytes())
        _know(path.name, "", written, Brand)
        _know(path.name, "formats.", written.get("formats") if isinstance(written, dict) else None, BrandFormats)
        return msgspec.convert(written, Brand)
    except OSError as error:
        raise SettingsError(f"{path.name} cannot be read: {error.strerror}.") from error
    except (msgspec.MsgspecError, ValueError) as error:
        raise SettingsError(f"{path.name} is not as it should be: {error}") from error


def _know(file: str, where: str, written: object, kind: type[msgspec.Struct]) -> None:
    """Raise `SettingsError` where a name is none of the struct's. Of what is no mapping, the conversion complains."""
    known = [field.name for field in msgspec.structs.fields(kind)]
    for name in written if isinstance(written, dict) else ():
        if name not in known:
            meant = next(iter(get_close_matches(str(name), known, n=1)), "")
            hint = f" Did you mean `{where}{meant}`?" if meant else ""
            raise SettingsError(f"{file}: nothing reads `{where}{name}`.{hint}")
