"""Make the demonstration's figures anew: `python scripts/make_demo.py [--office DIR]`."""

import sys
from pathlib import Path

from publisher.catalogue import open_office
from publisher.demonstration import make_demonstration


def main(argv=None):
    office = open_office(Path(argv[0]) if argv else Path("."))
    def show(done, of):
        if done % 10 == 0: print(done, of, flush=True)
    print(make_demonstration(office, show))
    return 0

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
