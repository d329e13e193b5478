"""What is started once an attempt: each driver loads everything with one tool, as that tool's own user would write it.

Ours runs in our environment. The others run as scripts in theirs and know nothing of ours but `mapping`, beside them.
"""
