"""The protocol on a loopback port, for any AWS SDK."""
