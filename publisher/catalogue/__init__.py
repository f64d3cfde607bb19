"""What an office has declared: who it is, its periods, its units and fields, its dataset kinds."""

from publisher.catalogue.kinds import Kind
from publisher.catalogue.measures import Measure
from publisher.catalogue.office import Office, open_office
from publisher.catalogue.periods import Period, PeriodRule
from publisher.catalogue.tables import Counter, Entry, Unit

__all__ = ["Counter", "Entry", "Kind", "Measure", "Office", "Period", "PeriodRule", "Unit", "open_office"]
