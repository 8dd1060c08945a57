"""The embedded AWS: moto over HTTP on loopback, made to tell the truth where it does not.

Started with ``python -m embedded_aws`` (see ``--help``); nothing here is part of what is deployed.
Each module that corrects moto says what moto does, what AWS does, and where that is written.
"""
