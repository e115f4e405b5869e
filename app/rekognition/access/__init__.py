"""Who may call the endpoint: keys, their secrets and policies, signatures, and how often."""
