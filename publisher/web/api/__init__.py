"""The HTTP API for programs: JSON under `/api/v1`, beside the console and under the same rules."""
