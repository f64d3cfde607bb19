"""From rows of text to what is wrong with them: in a row, among rows, and from one month to the next."""

from publisher.checking.checked import Checked, Group, group
from publisher.checking.files import check_file, check_read, check_tables
from publisher.checking.office import check_office

__all__ = ["Checked", "Group", "check_file", "check_office", "check_read", "check_tables", "group"]
