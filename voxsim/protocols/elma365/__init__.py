"""ELMA365: a CRM whose telephony module is told of calls by a provider's webhooks. Both ends of it are here.

`calls`, `dialects` and `feed` are the provider: simulated calls as webhooks; `provider` has its commands. `module` runs
a telephony module, `office` is the system that calls its functions and carries out what they return in `system`.
"""
