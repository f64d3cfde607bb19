"""The process in which a job runs: limits first, then the job, then its answer on the standard output.

Started by path, with nothing of the project imported: every module that a job does not need costs milliseconds.
Exit codes: 0 with the answer; 3 out of memory; 4 an answer that is too long; 5 anything else, with the error's name.
"""

import gc
import marshal
import os
import resource
import sys
from importlib import import_module
from pathlib import Path

OPEN_FILES = 32


def limit(memory: int, processor: int, file: int) -> None:
    """Take away what the job must not use up; none of it can be had back."""
    for what, most in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_FSIZE, file),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
    ):
        resource.setrlimit(what, (most, most))
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor + 1))


def main(words: list[str]) -> int:
    """Run the job that the words name."""
    job, descriptor, memory, processor, file, most = words
    sys.path.insert(0, str(Path(__file__).parents[2]))
    payload = marshal.load(sys.stdin.buffer)  # noqa: S302 our own parent wrote it
    limit(int(memory), int(processor), int(file))
    gc.disable()  # a short life with many small objects and no circles: looking for some takes a tenth of it
    try:
        module, _, function = job.partition(":")
        with os.fdopen(int(descriptor), "rb") as source:
            answer = getattr(import_module(module), function)(source, payload)
        said = marshal.dumps(answer)
        if len(said) > int(most):
            return 4
    except MemoryError:
        return 3
    except BaseException as error:
        return tell(error)
    sys.stdout.buffer.write(said)
    sys.stdout.buffer.flush()
    return 0


def tell(error: BaseException) -> int:
    """The error's name and sentence as the last words."""
    sys.stdout.buffer.write(f"{type(error).__name__}: {error}".encode("utf-8", errors="replace")[:2000])
    sys.stdout.buffer.flush()
    return 5


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # nothing is left to tidy up, and giving back memory piece by piece takes time
