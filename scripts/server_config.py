"""Write the configuration of a web server for an office: `scripts/server_config.py nginx > site.conf`."""

import sys

from publisher import servers
from publisher.catalogue import open_office
from scripts import terminal


def main(argv: list[str] | None = None) -> int:
    """Prints the configuration on stdout: exit code 0; a Mistake otherwise."""
    parser = terminal.parser("server_config")
    parser.add_argument("server", choices=servers.SERVERS, help=terminal.help("server_config.server"))
    parser.add_argument("--root", type=terminal.folder, metavar="DIR", help=terminal.help("server_config.root"))
    parser.add_argument(
        "--framed-by", action="append", default=[], metavar="URL", help=terminal.help("server_config.framed_by")
    )
    parser.add_argument("--certificate", default="", metavar="FILE", help=terminal.help("server_config.certificate"))
    parser.add_argument("--key", default="", metavar="FILE", help=terminal.help("server_config.key"))
    parser.add_argument("--port", type=int, default=443, help=terminal.help("server_config.port"))
    parser.add_argument("--survey-port", type=int, default=8080, help=terminal.help("server_config.survey_port"))
    parser.add_argument("--intake-port", type=int, default=8081, help=terminal.help("server_config.intake_port"))
    options = parser.parse_args(argv)
    wanted = servers.plan(
        open_office(options.office),
        root=options.root,
        ancestors=options.framed_by,
        certificate=options.certificate,
        key=options.key,
        port=options.port,
        survey_port=options.survey_port,
        intake_port=options.intake_port,
    )
    print(servers.write(options.server, wanted), end="")
    return terminal.FINE


if __name__ == "__main__":
    sys.exit(terminal.run(main))
