-- Tickets of earlier versions say in clear what the class of their call was read from, which may quote arguments. What was read from anything but the
-- definition keeps its signal alone; the arguments themselves are beside the ticket, sealed.
UPDATE approval SET document = json_set(document, '$.intent.evidence', json((
  SELECT json_group_array(json(CASE
    WHEN one.type <> 'object' THEN json_object()
    WHEN json_extract(one.value, '$.signal') IN ('name', 'description', 'schema', 'annotation', 'catalogue', 'override') THEN one.value
    ELSE json_object('signal', json_extract(one.value, '$.signal')) END))
  FROM json_each(document, '$.intent.evidence') AS one)))
WHERE json_type(document, '$.intent.evidence') = 'array' AND json_array_length(document, '$.intent.evidence') > 0;
