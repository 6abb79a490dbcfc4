"""What a run of a migration leaves behind, made by hand so that a test may choose every part of it."""

import uuid

from .users import PostgresUsers


class Batch:
    """Users in Clerk, links, and rows of the ledger."""

    def __init__(self, people: PostgresUsers, emulator, *, links: bool = True):
        self.people, self.emulator, self.name = people, emulator, f"m-{uuid.uuid4().hex[:8]}"
        self.links = links
        self.members: list[tuple[str, str]] = []

    def add(self, user: str | None = None) -> tuple[str, str]:
        user = user or self.people.add(f"{uuid.uuid4().hex[:12]}@example.com")
        made = self.emulator.ask("POST", "/users", json={
            "external_id": user, "username": uuid.uuid4().hex, "private_metadata": {"segue_batch": self.name},
        })
        clerk_user = made.json()["id"]
        at = "'2026-11-21 04:05:06.789+00'"
        self.people.execute(
            f"""
            INSERT INTO segue.ledger (at, actor, action, user_id, clerk_user_id, batch)
            VALUES ({at}, 'segue', 'create_clerk_user', '{user}', '{clerk_user}', '{self.name}')
            """
        )
        if self.links:
            self.people.execute(
                f"""
                BEGIN;
                UPDATE users SET clerk_user_id = '{clerk_user}', migrated_at = COALESCE(migrated_at, {at}) WHERE id = '{user}';
                INSERT INTO segue.links (user_id, clerk_user_id, rule, linked_at) VALUES ('{user}', '{clerk_user}', 'migrated', {at});
                INSERT INTO segue.ledger (at, actor, action, user_id, clerk_user_id, rule, batch)
                VALUES ({at}, 'segue', 'link', '{user}', '{clerk_user}', 'migrated', '{self.name}');
                COMMIT;
                """
            )
        self.members.append((user, clerk_user))
        return user, clerk_user
