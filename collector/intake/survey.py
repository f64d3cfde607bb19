"""The survey's store as the staff pages reach it: opened when it is first asked for, and never made here.

The survey's own process is the one that answers citizens; the staff pages look at its database, decide about comments
and type in paper forms. Both may be at work at once.
"""

import threading
from collections.abc import Mapping

from collector.closing import existing_store
from collector.codes import Keys
from collector.settings import StaffSettings
from collector.store import Store
from collector.survey.forms import Form, read_forms
from publisher.catalogue import Office
from publisher.errors import Mistake


class Survey:
    """The store and the questionnaires of one office, or neither where it has no survey."""

    def __init__(self, settings: StaffSettings) -> None:
        self.settings = settings
        self.lock = threading.Lock()
        self.found: Store | None = None
        self.writing = False
        self.read: Mapping[str, Form] | None = None

    def store(self) -> Store | None:
        """The store to look at and to decide in; None where the survey's database is not there.

        Raises Mistake as `Store.start` does for one that cannot be used, Unavailable.
        """
        with self.lock:
            if self.found is None:
                try:
                    found = existing_store(self.settings.survey_database_url, Keys(self.settings.survey_keys))
                except Mistake as error:
                    if error.code == "survey-no-database":
                        return None
                    raise
                found.database.open()
                self.found = found
            return self.found

    def to_write(self) -> Store | None:
        """The store to submit answers to; its writer begins with the first."""
        found = self.store()
        with self.lock:
            if found and not self.writing:
                found.start()
                self.writing = True
        return found

    def forms(self, office: Office) -> Mapping[str, Form]:
        """The questionnaires by name, as they were when they were first asked for: as in the survey itself, a change is
        seen after a restart. Raises Mistake as `read_forms` does."""
        with self.lock:
            if self.read is None:
                self.read = read_forms(office)
            return self.read

    def stop(self) -> None:
        """Let go of the store."""
        with self.lock:
            if self.found is not None:
                if self.writing:
                    self.found.stop()
                else:
                    self.found.database.close()
                self.found, self.writing = None, False
