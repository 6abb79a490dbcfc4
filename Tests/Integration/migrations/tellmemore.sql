CREATE TABLE users (
    id UUID PRIMARY KEY,
    email VARCHAR UNIQUE NOT NULL,
    hashed_password VARCHAR,
    created_at TIMESTAMP,
    tokens_used INTEGER DEFAULT 0
);
CREATE TABLE sessions (session_token VARCHAR PRIMARY KEY, user_id UUID NOT NULL REFERENCES users, expires_at TIMESTAMP NOT NULL);
CREATE TABLE chat_sessions (id UUID PRIMARY KEY, user_id UUID NOT NULL REFERENCES users, title VARCHAR);
CREATE TABLE prompts (id UUID PRIMARY KEY, user_id UUID NOT NULL REFERENCES users, content TEXT);
CREATE TABLE audit_logs (id BIGSERIAL PRIMARY KEY, user_id UUID REFERENCES users, action VARCHAR NOT NULL);
INSERT INTO users (id, email, hashed_password, created_at) VALUES
    ('4e15502b-d21d-4200-93d0-608b8d31efd2', 'ada@example.com', '$2b$12$x', now()),
    ('5b0c3f52-93c4-4b26-9b0f-4b0a3f0f7c11', 'Grace@Example.com', '$2b$12$y', now());
