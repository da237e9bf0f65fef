-- This transaction's statements are for people: each is planned for itself, whole tables included.
set local enable_seqscan = on
