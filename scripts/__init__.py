"""The commands that people type, one file each: `main(argv) -> exit code`, no logic of their own."""
