CREATE TABLE users (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    email TEXT UNIQUE NOT NULL,
    password_hash TEXT,
    failed_attempts INTEGER NOT NULL DEFAULT 0,
    email_verified BOOLEAN NOT NULL DEFAULT false,
    created_at TIMESTAMP NOT NULL DEFAULT NOW(),
    updated_at TIMESTAMP NOT NULL DEFAULT NOW()
);
CREATE TABLE jwt_blacklist (jti TEXT PRIMARY KEY, expires_at TIMESTAMP NOT NULL);
CREATE TABLE password_reset_tokens (token TEXT PRIMARY KEY, user_id UUID NOT NULL REFERENCES users(id), expires_at TIMESTAMP NOT NULL);
CREATE TABLE user_clerk_mappings (
    id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
    user_id UUID NOT NULL REFERENCES users(id) ON DELETE CASCADE,
    clerk_user_id TEXT NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL DEFAULT NOW(),
    updated_at TIMESTAMP NOT NULL DEFAULT NOW()
);
ALTER TABLE users ADD COLUMN clerk_user_id TEXT UNIQUE;
CREATE INDEX idx_user_clerk_mappings_user_id ON user_clerk_mappings(user_id);
CREATE INDEX idx_user_clerk_mappings_clerk_id ON user_clerk_mappings(clerk_user_id);
INSERT INTO users (id, email) VALUES
    ('4e15502b-d21d-4200-93d0-608b8d31efd2', 'ada@example.com'), ('5b0c3f52-93c4-4b26-9b0f-4b0a3f0f7c11', 'grace@example.com');
