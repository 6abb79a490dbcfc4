CREATE TABLE users (
    user_id UUID PRIMARY KEY,
    clerk_user_id VARCHAR UNIQUE NULL,
    email VARCHAR UNIQUE NOT NULL,
    password_hash TEXT NULL,
    name VARCHAR NOT NULL,
    role VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE TABLE chat_sessions (id UUID PRIMARY KEY, user_id UUID NOT NULL REFERENCES users, token VARCHAR, title VARCHAR);
CREATE TABLE prompts (id UUID PRIMARY KEY, user_id UUID NOT NULL REFERENCES users, content TEXT);
CREATE TABLE quotas (user_id UUID PRIMARY KEY REFERENCES users, tokens INTEGER NOT NULL DEFAULT 0);
CREATE TABLE audit_logs (id BIGSERIAL PRIMARY KEY, user_id UUID REFERENCES users, action VARCHAR NOT NULL);
INSERT INTO users VALUES
    ('4e15502b-d21d-4200-93d0-608b8d31efd2', 'user_34wxRu7bigC1CheiuB21mfURSor', 'ada@example.com', NULL, 'Ada', 'admin', now()),
    ('5b0c3f52-93c4-4b26-9b0f-4b0a3f0f7c11', NULL, 'grace@example.com', '$2b$12$y', 'Grace', 'user', now());
