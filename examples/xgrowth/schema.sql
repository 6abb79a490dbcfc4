-- xGrowth's tables, as far as its document shows them: a user's id is the one that Clerk gave them.

CREATE TABLE users (
    id VARCHAR PRIMARY KEY,
    email VARCHAR UNIQUE,
    created_at TIMESTAMP NOT NULL DEFAULT now()
);
CREATE TABLE x_accounts (
    id SERIAL PRIMARY KEY,
    user_id VARCHAR NOT NULL REFERENCES users,
    handle VARCHAR NOT NULL
);
CREATE TABLE scheduled_posts (
    id SERIAL PRIMARY KEY,
    x_account_id INTEGER NOT NULL REFERENCES x_accounts,
    content TEXT NOT NULL,
    scheduled_at TIMESTAMP NOT NULL DEFAULT now()
);
