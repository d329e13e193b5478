"""What an entry does to the record it is about: SQL as both engines read it, run beside the entry."""

# A write that takes our change back leaves the record rolled back; any other leaves it loaded.
STATE_AFTER = {"create": "loaded", "update": "loaded", "delete": "rolled_back", "restore": "rolled_back"}

# A record that was rolled back starts anew: nothing of its former life may leak into the next one.
INTEND = """
INSERT INTO records (phase, external_id, source, destination, destination_id, intent, before, state)
VALUES (?, ?, ?, ?, ?, ?, ?, 'in_doubt')
ON CONFLICT (phase, external_id) DO UPDATE SET
    destination_id = coalesce(excluded.destination_id,
                              CASE WHEN records.state = 'rolled_back' THEN NULL ELSE records.destination_id END),
    created = CASE WHEN records.state = 'rolled_back' THEN 0 ELSE records.created END,
    answer = CASE WHEN records.state = 'rolled_back' THEN NULL ELSE records.answer END,
    before = CASE WHEN records.state = 'rolled_back' THEN excluded.before
                  ELSE coalesce(records.before, excluded.before) END,
    destination = excluded.destination, intent = excluded.intent, state = 'in_doubt', hold = NULL
"""
CONFIRM = """
UPDATE records SET destination_id = ?, content_hash = ?, state = ?, answer = ?, hold = NULL,
    created = CASE WHEN ? = 'create' THEN 1 ELSE created END
WHERE phase = ? AND external_id = ?
"""
HOLD = """
INSERT INTO records (phase, external_id, source, destination, state, hold) VALUES (?, ?, ?, ?, 'held', ?)
ON CONFLICT (phase, external_id) DO UPDATE SET state = 'held', hold = excluded.hold
"""
SET_STATE = "UPDATE records SET state = ?, hold = ? WHERE phase = ? AND external_id = ?"
FORGET = "DELETE FROM records WHERE phase = ? AND external_id = ? AND answer IS NULL"
