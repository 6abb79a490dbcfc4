\ir ../../../examples/tellmemore/schema_linked.sql
-- A column that looks like a login's, in a table of conversations.
ALTER TABLE chat_sessions ADD COLUMN token VARCHAR;
INSERT INTO users VALUES
    ('4e15502b-d21d-4200-93d0-608b8d31efd2', 'user_34wxRu7bigC1CheiuB21mfURSor', 'ada@example.com', NULL, 'Ada', 'admin', now()),
    ('5b0c3f52-93c4-4b26-9b0f-4b0a3f0f7c11', NULL, 'grace@example.com', '$2b$12$y', 'Grace', 'user', now());
