-- As the plan finds the database: clerk_auth.py writes first_name, last_name and is_active, which are not there.
CREATE TABLE users (
    id SERIAL PRIMARY KEY,
    clerk_user_id VARCHAR,
    email VARCHAR UNIQUE NOT NULL,
    name VARCHAR,
    hashed_password VARCHAR NOT NULL,
    created_at TIMESTAMP DEFAULT now()
);

CREATE TABLE profiles (id SERIAL PRIMARY KEY, user_id INTEGER UNIQUE NOT NULL REFERENCES users, bio TEXT);
CREATE TABLE courses (id SERIAL PRIMARY KEY, owner_id INTEGER NOT NULL REFERENCES users, title VARCHAR NOT NULL);
CREATE TABLE conversations (id SERIAL PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users, peer_id INTEGER REFERENCES users);

-- What the other routers keep, which the plan does not describe.
CREATE TABLE records (id SERIAL PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users, router VARCHAR NOT NULL, body TEXT NOT NULL);
