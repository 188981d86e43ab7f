"""The answers that each provider is tested on, one module a provider."""
