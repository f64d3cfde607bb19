"""What makes a release checkable by anyone who has the site's files."""

from publisher.proof.codes import short

__all__ = ["short"]
