-- TellMeMore a day later, as the quick start has it: other names, and a column for links that eight people have used.
CREATE TABLE users (
    user_id UUID PRIMARY KEY,              -- Internal ID (for relationships)
    clerk_user_id VARCHAR UNIQUE NULL,     -- Clerk user ID (for auth)
    email VARCHAR UNIQUE NOT NULL,
    password_hash TEXT NULL,               -- Nullable (for Clerk users)
    name VARCHAR NOT NULL,
    role VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

-- Conversations, not logins: the old credential is a JWT.
CREATE TABLE chat_sessions (id UUID PRIMARY KEY, user_id UUID NOT NULL REFERENCES users, title VARCHAR);
CREATE TABLE prompts (id UUID PRIMARY KEY DEFAULT gen_random_uuid(), user_id UUID NOT NULL REFERENCES users, content TEXT);
CREATE TABLE quotas (user_id UUID PRIMARY KEY REFERENCES users, tokens INTEGER NOT NULL DEFAULT 0);
CREATE TABLE audit_logs (id BIGSERIAL PRIMARY KEY, user_id UUID REFERENCES users, action VARCHAR NOT NULL);
