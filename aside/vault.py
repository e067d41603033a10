"""`aside vault seal`: everything that is stored is sealed by the newest key, and the older transcript is masked."""

from gateway import brand
from gateway.clock import utc_now
from gateway.errors import SettingsError
from gateway.privacy.detect import Detector
from gateway.settings import Settings
from gateway.storage import reseal, vault
from gateway.storage.database import create_engine
from gateway.storage.reseal import Told
from gateway.storage.seal import Ring


def seal(settings: Settings, told: Told) -> None:
    """Seal everything; the database is migrated and, where one process serves it, nobody's. Raises `SettingsError`."""
    ring = Ring.of(settings.aside_vault_key.get_secret_value())
    if ring is None:
        raise SettingsError("ASIDE_VAULT_KEY is not set. `make setup` writes one into .env.")
    vault.open_with(ring, Detector(brand.load().formats))
    engine = create_engine(settings.database)
    try:
        reseal.seal_all(engine, ring, utc_now(), told)
    finally:
        engine.dispose()
        vault.shut()
