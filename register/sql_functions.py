"""Functions of the database that keep the standings up to date."""

from register.standings.rebuild import REBUILD_STANDINGS, STANDINGS_OF
from register.standings.triggers import NOTE_TOUCHED

__all__ = ["NOTE_TOUCHED", "REBUILD_STANDINGS", "STANDINGS_OF"]
