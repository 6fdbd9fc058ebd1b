"""The domain: what is true."""
