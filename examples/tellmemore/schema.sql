-- TellMeMore before Clerk, as CLERK_USER_MIGRATION_GUIDE has it; its "other fields" are a name and a role.
CREATE TABLE users (
    id UUID PRIMARY KEY,
    email VARCHAR UNIQUE NOT NULL,
    hashed_password VARCHAR,
    created_at TIMESTAMP,
    tokens_used INTEGER DEFAULT 0,
    name VARCHAR,
    role VARCHAR NOT NULL DEFAULT 'user'
);

-- Somebody is signed in: the cookie session_token, or "Authorization: Legacy".
CREATE TABLE sessions (
    session_token VARCHAR PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users,
    expires_at TIMESTAMP NOT NULL
);

CREATE TABLE chat_sessions (id UUID PRIMARY KEY, user_id UUID NOT NULL REFERENCES users, title VARCHAR);
CREATE TABLE prompts (id UUID PRIMARY KEY DEFAULT gen_random_uuid(), user_id UUID NOT NULL REFERENCES users, content TEXT);
CREATE TABLE quotas (user_id UUID PRIMARY KEY REFERENCES users, tokens INTEGER NOT NULL DEFAULT 0);
CREATE TABLE audit_logs (id BIGSERIAL PRIMARY KEY, user_id UUID REFERENCES users, action VARCHAR NOT NULL);
