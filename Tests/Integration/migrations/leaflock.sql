\ir ../../../examples/leaflock/schema.sql
INSERT INTO users (id, email) VALUES
    ('4e15502b-d21d-4200-93d0-608b8d31efd2', 'ada@example.com'), ('5b0c3f52-93c4-4b26-9b0f-4b0a3f0f7c11', 'grace@example.com');
