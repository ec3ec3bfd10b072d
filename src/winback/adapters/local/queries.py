"""Every query that reads more than one row by its key, each with the index it lives on (a test reads the plans)."""

from winback.adapters.local.rows import CONTACTS, DECISIONS, EMAILS, ORDERS

QUERIES: dict[str, str] = {
    "orders_of": f"{ORDERS.select} WHERE user_id = ? ORDER BY ordered_at",
    "due": f"{CONTACTS.select} WHERE due_at <= ? ORDER BY due_at LIMIT ?",
    "next_due": "SELECT due_at FROM contacts WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1",
    "judged_below": f"{CONTACTS.select} WHERE deleted_at IS NULL AND line < ? LIMIT ?",
    "judged_between": f"{CONTACTS.select} WHERE deleted_at IS NULL AND line > ? AND line < ? LIMIT ?",
    "judged_above": f"{CONTACTS.select} WHERE deleted_at IS NULL AND line > ? LIMIT ?",
    "lease_over": f"{EMAILS.select} INDEXED BY emails_leased WHERE status = 'SENDING' AND lease_until < ?"
    " ORDER BY lease_until LIMIT ?",
    "decisions_of": f"{DECISIONS.select} WHERE user_id = ? AND at >= ? ORDER BY at",
    "emails_of": f"{EMAILS.select} WHERE user_id = ? ORDER BY created_at DESC LIMIT ?",
    "emails": f"{EMAILS.select} WHERE (created_at, email_id) < (?, ?) ORDER BY created_at DESC, email_id DESC LIMIT ?",
    "emails_by_status": f"{EMAILS.select} WHERE status = ? AND (created_at, email_id) < (?, ?)"
    " ORDER BY created_at DESC, email_id DESC LIMIT ?",
    "contacts": f"{CONTACTS.select} WHERE (risk_rank, user_id) > (?, ?) ORDER BY risk_rank, user_id LIMIT ?",
    "contacts_at_risk": f"{CONTACTS.select} WHERE at_risk = ? AND (risk_rank, user_id) > (?, ?)"
    " AND risk_rank < ? ORDER BY risk_rank, user_id LIMIT ?",
    "changes_waiting": "SELECT change_id, at, noun, verb, key, coalesce(user_id, key), detail FROM changes"
    " WHERE change_id > (SELECT position FROM relay WHERE one = 1) ORDER BY change_id LIMIT ?",
    "relayed": "UPDATE relay SET position = ? WHERE one = 1",
    "receive": "SELECT message_id, queue, event_id, type, user_id, subject_id, at, receives FROM messages"
    " WHERE state = 'open' AND queue = ? AND visible_at <= ? ORDER BY visible_at, message_id LIMIT ?",
    "next_visible": "SELECT min(visible_at) FROM messages WHERE state = 'open' AND queue = ?",
    "dead_letters": "SELECT message_id, queue, event_id, type, user_id, subject_id, at, reason, ended_at FROM messages"
    " WHERE state = 'dead' AND queue = ? ORDER BY message_id DESC LIMIT ?",
    "visible": "SELECT visible_at FROM messages WHERE state = 'open' AND queue = ? AND visible_at <= ?"
    " ORDER BY visible_at LIMIT ?",
    "not_visible": "SELECT 1 FROM messages WHERE state = 'open' AND queue = ? AND visible_at > ? LIMIT ?",
    "dead": "SELECT 1 FROM messages WHERE state = 'dead' AND queue = ? LIMIT ?",
    "fact": "SELECT value FROM facts WHERE name = ?",
    "prune_changes": "DELETE FROM changes WHERE change_id IN (SELECT change_id FROM"
    " (SELECT change_id, at FROM changes WHERE change_id <= (SELECT position FROM relay WHERE one = 1)"
    " ORDER BY change_id LIMIT ?) WHERE at < ?)",
    "prune_messages": "DELETE FROM messages WHERE message_id IN"
    " (SELECT message_id FROM messages WHERE state = 'done' AND ended_at < ? LIMIT ?)",
    "prune_bodies": "DELETE FROM bodies WHERE email_id IN (SELECT email_id FROM bodies WHERE created_at < ? LIMIT ?)",
}
