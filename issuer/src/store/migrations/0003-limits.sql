-- What the writs of a task were signed with and are recognised by, so that a repeated request gets the same writs or none.
ALTER TABLE tasks ADD COLUMN repeat_kid TEXT;
ALTER TABLE tasks ADD COLUMN repeat_answer BLOB;
