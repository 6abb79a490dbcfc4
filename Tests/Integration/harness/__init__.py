"""What the integration tests stand on: real processes on free ports, an independent Clerk, origins that tell what they saw."""
