"""The brand: what its own order numbers look like, and which contact details are the company's own (`brand.yml`)."""

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
    """Read `brand.yml`. Raises `SettingsError` with what is wrong in it."""
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=Brand)
    except OSError as error:
        raise SettingsError(f"{path.name} cannot be read: {error.strerror}.") from error
    except (msgspec.MsgspecError, ValueError) as error:
        raise SettingsError(f"{path.name} is not as it should be: {error}") from error
