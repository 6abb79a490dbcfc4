\ir ../../../examples/railway/schema.sql
INSERT INTO users (clerk_user_id, email, hashed_password) VALUES
    ('user_2abcdefghijklmnopqrstuvwxyz', 'ada@example.com', '$2b$12$x'), ('2', 'grace@example.com', '$2b$12$y'),
    (NULL, 'edsger@example.com', '$2b$12$z');
