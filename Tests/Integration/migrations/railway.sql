CREATE TABLE users (
    id SERIAL PRIMARY KEY,
    clerk_user_id VARCHAR,
    email VARCHAR UNIQUE NOT NULL,
    name VARCHAR,
    hashed_password VARCHAR NOT NULL,
    created_at TIMESTAMP DEFAULT now()
);
CREATE TABLE profiles (id SERIAL PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users, bio TEXT);
CREATE TABLE courses (id SERIAL PRIMARY KEY, owner_id INTEGER NOT NULL REFERENCES users, title VARCHAR NOT NULL);
CREATE TABLE conversations (id SERIAL PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users, peer_id INTEGER REFERENCES users);
INSERT INTO users (clerk_user_id, email, hashed_password) VALUES
    ('user_2abcdefghijklmnopqrstuvwxyz', 'ada@example.com', '$2b$12$x'), ('2', 'grace@example.com', '$2b$12$y'),
    (NULL, 'edsger@example.com', '$2b$12$z');
