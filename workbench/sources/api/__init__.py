"""Reading a source over HTTP: what its layout declares, as files that are then read like any other export.

A layout says where an object is asked for, how its pages follow on each other and how often may be asked. The
extraction writes one file of JSON lines an object and a manifest into the engagement's source folder; staging reads
those as it reads every export, so that there is one way from a source to staged records.
"""
