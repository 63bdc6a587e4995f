-- The name of the file beside the database that also knows every right ever granted.
CREATE TABLE rights_book (
    edition text PRIMARY KEY,
    name text NOT NULL
);
