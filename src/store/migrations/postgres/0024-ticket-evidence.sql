-- Tickets of earlier versions say in clear what the class of their call was read from, which may quote arguments. What was read from anything but the
-- definition keeps its signal alone; the arguments themselves are beside the ticket, sealed. All else stays as it is written: as json, not jsonb, and
-- with escapes set aside meanwhile, for json_each takes no half of a surrogate pair.
UPDATE approval SET document = replace((
  SELECT json_object_agg(part.key, CASE WHEN part.key <> 'intent' THEN part.value ELSE (
    SELECT json_object_agg(inner_part.key, CASE WHEN inner_part.key <> 'evidence' THEN inner_part.value ELSE (
      SELECT coalesce(json_agg(CASE
        WHEN json_typeof(one.value) <> 'object' THEN '{}'::json
        WHEN one.value ->> 'signal' IN ('name', 'description', 'schema', 'annotation', 'catalogue', 'override') THEN one.value
        ELSE json_build_object('signal', one.value -> 'signal') END ORDER BY one.at), '[]'::json)
      FROM json_array_elements(inner_part.value) WITH ORDINALITY AS one (value, at)) END)
    FROM json_each(part.value) AS inner_part) END)
  FROM json_each(replace(document, '\u', '\/~u~')::json) AS part)::text, '\/~u~', '\u')
WHERE CASE WHEN json_typeof(replace(document, '\u', '\/~u~')::json #> '{intent,evidence}') = 'array'
  THEN json_array_length(replace(document, '\u', '\/~u~')::json #> '{intent,evidence}') > 0 ELSE false END;
