-- Where a device stood in each of its epochs: what it may speak of, also when it was moved since.
CREATE TABLE device_binding (
    edition text NOT NULL,
    device text NOT NULL,
    epoch integer NOT NULL,
    gate text NOT NULL,
    PRIMARY KEY (edition, device, epoch, gate)
);
INSERT INTO device_binding SELECT edition, id, epoch, gate FROM device WHERE gate IS NOT NULL;

-- Every zone a gate ever led to, by any policy in force: records of before a change come later.
CREATE TABLE gate_zone (
    edition text NOT NULL,
    gate text NOT NULL,
    zone text NOT NULL,
    PRIMARY KEY (edition, gate, zone)
);
