-- Election as a service: leases for applications, in plain SQL. Made by `mysqlha election install`; docs/election.md says what it promises.
--
-- One row per service. A candidate that got the lease holds it until it is over by the database's clock, and each election gets the next
-- term: a number that only grows, for fencing what the leader writes elsewhere.
--
-- Four rules, and why:
-- * A "yes" is a commit. Each one changes the row (`renewals`): an UPDATE that changes nothing is not replicated, so nobody would
--   acknowledge it, and a leader that is none any more could say yes. The answer is sent after COMMIT.
-- * First the lock, then the clock. Read the other way round, who waited for the lock would write an older time than is there already, and
--   cut short what another session of the same candidate was promised.
-- * One server, one clock. A lease that another server wrote (`server`), or that is in the future, is begun anew by this one's clock. So it
--   is never shorter than promised; the price is one more lease of waiting at most.
-- * The clock is the time within UUID(): microseconds, UTC. No session can set it, unlike NOW() and UTC_TIMESTAMP() (SET timestamp), and
--   no time zone folds it, unlike SYSDATE().
--
-- Names that begin with _ are not for applications. Procedures run as who installed them: callers need EXECUTE and nothing on the table.

SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO', autocommit = 1;

CREATE SCHEMA IF NOT EXISTS mysqlha_election DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;

USE mysqlha_election;

CREATE TABLE IF NOT EXISTS version (
  one TINYINT UNSIGNED NOT NULL PRIMARY KEY,
  version INT UNSIGNED NOT NULL
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS lease (
  service VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NOT NULL PRIMARY KEY,
  holder VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin NULL COMMENT 'NULL: nobody, since a resignation',
  term BIGINT NOT NULL DEFAULT 0 COMMENT 'grows by one with each election',
  lease_ms BIGINT NOT NULL DEFAULT 0 COMMENT 'how long, from renewed_us on',
  renewed_us BIGINT NOT NULL DEFAULT 0 COMMENT 'microseconds since 1970 by the clock of server',
  elected_us BIGINT NOT NULL DEFAULT 0 COMMENT 'when the term began, by the clock of the server then',
  server CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' COMMENT 'whose clock',
  closing BOOLEAN NOT NULL DEFAULT FALSE COMMENT 'a re-election is asked for: the lease is not made longer',
  renewals BIGINT NOT NULL DEFAULT 0 COMMENT 'every yes changes the row'
) ENGINE = InnoDB;

DROP VIEW IF EXISTS leaders;
DROP PROCEDURE IF EXISTS campaign;
DROP PROCEDURE IF EXISTS reaffirm;
DROP PROCEDURE IF EXISTS resign;
DROP PROCEDURE IF EXISTS leader;
DROP PROCEDURE IF EXISTS leads;
DROP PROCEDURE IF EXISTS force_leader;
DROP PROCEDURE IF EXISTS reelect;
DROP PROCEDURE IF EXISTS fence;
DROP PROCEDURE IF EXISTS _name;
DROP PROCEDURE IF EXISTS _length;
DROP PROCEDURE IF EXISTS _begin;
DROP PROCEDURE IF EXISTS _enter;
DROP PROCEDURE IF EXISTS _look;
DROP PROCEDURE IF EXISTS _tell;

DELIMITER $$

-- Refuses a name that is none. `word` is the argument's.
CREATE PROCEDURE _name(IN word VARCHAR(20), IN name LONGTEXT)
BEGIN
  DECLARE why VARCHAR(300);
  IF name IS NULL THEN
    SET why = CONCAT(word, ' is NULL; allowed: 1 to 128 characters');
  ELSEIF CHAR_LENGTH(name) NOT BETWEEN 1 AND 128 THEN
    SET why = CONCAT(word, ' ''', LEFT(name, 20), IF(CHAR_LENGTH(name) > 20, '...', ''), ''' has ', CHAR_LENGTH(name),
      ' characters; allowed: 1 to 128');
  ELSEIF REGEXP_LIKE(name, '[[:cntrl:]]') THEN
    SET why = CONCAT(word, ' ''', LEFT(REGEXP_REPLACE(name, '[[:cntrl:]]', '?'), 20),
      ''' has a control character; allowed: 1 to 128 characters without');
  END IF;
  IF why IS NOT NULL THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = why;
  END IF;
END$$

CREATE PROCEDURE _length(IN lease_ms BIGINT)
BEGIN
  DECLARE why VARCHAR(128);
  IF lease_ms IS NULL OR lease_ms NOT BETWEEN 100 AND 86400000 THEN
    SET why = CONCAT('lease_ms is ', COALESCE(lease_ms, 'NULL'), '; allowed: 100 to 86400000 (a tenth of a second to a day)');
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = why;
  END IF;
END$$

-- A transaction of our own. One that is under way would be committed by it, or would keep what was promised from being committed: refused.
CREATE PROCEDURE _begin()
BEGIN
  DECLARE EXIT HANDLER FOR 1568
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a transaction is under way: end it first; allowed within one: fence(service, term)';
  SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
  START TRANSACTION READ WRITE;
END$$

-- Locks the service's row within a transaction that _begin began, then reads the clock. Makes the row where that is wanted.
CREATE PROCEDURE _enter(
  IN the_service VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin, IN make BOOLEAN,
  OUT the_holder VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin, OUT the_term BIGINT, OUT is_closing BOOLEAN,
  OUT length_ms BIGINT, OUT began_us BIGINT, OUT now_us BIGINT)
BEGIN
  DECLARE found, tries INT DEFAULT 0;
  DECLARE clock_of CHAR(36) CHARACTER SET ascii COLLATE ascii_bin;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET found = 0;
  DECLARE CONTINUE HANDLER FOR 1213 SET found = 0; -- many make the same row, and one of them broke off: again

  entering: LOOP
    SET found = 0;
    SELECT 1, holder, term, closing, lease_ms, renewed_us, server
      INTO found, the_holder, the_term, is_closing, length_ms, began_us, clock_of
      FROM lease WHERE service = the_service FOR UPDATE;
    IF found OR NOT make THEN
      LEAVE entering;
    END IF;
    SET tries = tries + 1;
    IF tries > 20 THEN
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the service''s row cannot be made: deadlock, 20 times; try again';
    END IF;
    -- In a transaction of its own: its lock on a row that another makes is a shared one, and two that hold it cannot both go on.
    COMMIT;
    CALL _begin();
    INSERT IGNORE INTO lease (service) VALUES (the_service);
    COMMIT;
    CALL _begin();
  END LOOP;

  SET now_us = CAST(CONV(SUBSTR(HEX(UUID_TO_BIN(UUID(), 1)), 2, 15), 16, 10) AS SIGNED) DIV 10 - 12219292800000000;
  IF NOT found THEN
    SELECT NULL, 0, FALSE, 0, now_us INTO the_holder, the_term, is_closing, length_ms, began_us;
  ELSEIF the_holder IS NOT NULL AND (clock_of <> @@server_uuid OR began_us > now_us) THEN
    SET began_us = now_us;
    UPDATE lease SET renewed_us = now_us, server = @@server_uuid WHERE service = the_service;
  ELSEIF the_holder IS NOT NULL AND began_us + length_ms * 1000 <= now_us THEN
    SET the_holder = NULL;
  END IF;
END$$

-- The same without a lock, for those who only look.
CREATE PROCEDURE _look(
  IN the_service VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
  OUT the_holder VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin, OUT the_term BIGINT, OUT the_left_ms BIGINT,
  OUT is_closing BOOLEAN, OUT is_anew BOOLEAN)
BEGIN
  DECLARE length_ms BIGINT;
  DECLARE CONTINUE HANDLER FOR NOT FOUND SET the_term = 0;
  SELECT holder, term, lease_ms, left_ms, closing, holder IS NOT NULL AND (server <> @@server_uuid OR left_ms > lease_ms)
    INTO the_holder, the_term, length_ms, the_left_ms, is_closing, is_anew FROM leaders WHERE service = the_service;
  IF is_anew THEN
    SET the_left_ms = length_ms;
  ELSEIF the_holder IS NULL OR the_left_ms <= 0 THEN
    SELECT NULL, 0, FALSE, FALSE INTO the_holder, the_left_ms, is_closing, is_anew;
  END IF;
END$$

-- The one row that callers get. hold_ms: for so long, from before the call was sent, the candidate may believe that it leads; a tenth less
-- than the lease, for clocks that do not run alike.
CREATE PROCEDURE _tell(
  IN the_service VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin, IN yes BOOLEAN,
  IN the_leader VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin, IN the_term BIGINT, IN left_us BIGINT, IN wanted_ms BIGINT)
  SELECT the_service AS service, yes AS leads, the_leader AS leader, the_term AS term,
    IF(the_leader IS NULL, 0, CEIL(left_us / 1000)) AS left_ms, IF(yes, wanted_ms * 9 DIV 10, 0) AS hold_ms$$

-- Wins where nobody leads, reaffirms where this candidate does, else says who leads.
CREATE PROCEDURE campaign(
  IN service LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
  IN candidate LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin, IN lease_ms BIGINT)
BEGIN
  DECLARE the_holder VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;
  DECLARE the_term, length_ms, began_us, now_us BIGINT;
  DECLARE is_closing, won BOOLEAN;
  CALL _name('service', service);
  CALL _name('candidate', candidate);
  CALL _length(lease_ms);
  CALL _begin();
  BEGIN
    DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END;
    CALL _enter(service, TRUE, the_holder, the_term, is_closing, length_ms, began_us, now_us);
    SET won = the_holder IS NULL;
    IF won THEN
      SELECT candidate, the_term + 1, lease_ms, now_us INTO the_holder, the_term, length_ms, began_us;
      UPDATE lease AS l SET l.holder = candidate, l.term = the_term, l.elected_us = now_us, l.closing = FALSE WHERE l.service = service;
    ELSEIF the_holder = candidate AND NOT is_closing THEN
      SET won = TRUE;
      -- An earlier and longer promise is kept.
      IF now_us + lease_ms * 1000 > began_us + length_ms * 1000 THEN
        SELECT now_us, lease_ms INTO began_us, length_ms;
      END IF;
    END IF;
    IF won THEN
      UPDATE lease AS l SET l.renewed_us = began_us, l.lease_ms = length_ms, l.server = @@server_uuid, l.renewals = l.renewals + 1
        WHERE l.service = service;
    END IF;
    COMMIT;
  END;
  CALL _tell(service, won, the_holder, the_term, began_us + length_ms * 1000 - now_us, lease_ms);
END$$

-- Makes the lease of a term longer; never wins an election, so a leader that was one learns it here.
CREATE PROCEDURE reaffirm(
  IN service LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
  IN candidate LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin, IN term BIGINT, IN lease_ms BIGINT)
BEGIN
  DECLARE the_holder VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;
  DECLARE the_term, length_ms, began_us, now_us BIGINT;
  DECLARE is_closing, still BOOLEAN;
  CALL _name('service', service);
  CALL _name('candidate', candidate);
  CALL _length(lease_ms);
  IF term IS NULL THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'term is NULL; allowed: the number that campaign gave';
  END IF;
  CALL _begin();
  BEGIN
    DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END;
    CALL _enter(service, FALSE, the_holder, the_term, is_closing, length_ms, began_us, now_us);
    SET still = COALESCE(the_holder = candidate AND the_term = term AND NOT is_closing, FALSE);
    IF still THEN
      IF now_us + lease_ms * 1000 > began_us + length_ms * 1000 THEN
        SELECT now_us, lease_ms INTO began_us, length_ms;
      END IF;
      UPDATE lease AS l SET l.renewed_us = began_us, l.lease_ms = length_ms, l.server = @@server_uuid, l.renewals = l.renewals + 1
        WHERE l.service = service;
    END IF;
    COMMIT;
  END;
  CALL _tell(service, still, the_holder, the_term, began_us + length_ms * 1000 - now_us, lease_ms);
END$$

-- Lets go at once: for a leader that has stopped to act as one. Does nothing where the candidate does not lead in this term.
CREATE PROCEDURE resign(
  IN service LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
  IN candidate LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin, IN term BIGINT)
BEGIN
  DECLARE the_holder VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;
  DECLARE the_term, length_ms, began_us, now_us BIGINT;
  DECLARE is_closing BOOLEAN;
  CALL _name('service', service);
  CALL _name('candidate', candidate);
  IF term IS NULL THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'term is NULL; allowed: the number that campaign gave';
  END IF;
  CALL _begin();
  BEGIN
    DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END;
    CALL _enter(service, FALSE, the_holder, the_term, is_closing, length_ms, began_us, now_us);
    IF the_holder = candidate AND the_term = term THEN
      UPDATE lease AS l SET l.holder = NULL, l.closing = FALSE WHERE l.service = service;
      SET the_holder = NULL;
    END IF;
    COMMIT;
  END;
  CALL _tell(service, FALSE, the_holder, the_term, began_us + length_ms * 1000 - now_us, 0);
END$$

-- Who leads? Only a look: what it says may be over when it arrives. anew: another server wrote the lease, so left_ms counts from the next
-- campaign on.
CREATE PROCEDURE leader(IN service LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin)
BEGIN
  DECLARE is_anew, is_closing BOOLEAN;
  DECLARE the_holder VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;
  DECLARE the_term, the_left_ms BIGINT;
  CALL _name('service', service);
  CALL _begin();
  CALL _look(service, the_holder, the_term, the_left_ms, is_closing, is_anew);
  COMMIT;
  SELECT service AS service, the_holder AS leader, the_term AS term, the_left_ms AS left_ms, is_closing AS closing, is_anew AS anew;
END$$

-- Does this candidate lead? A look too; to go on leading, reaffirm.
CREATE PROCEDURE leads(
  IN service LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
  IN candidate LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin)
BEGIN
  DECLARE is_anew, is_closing BOOLEAN;
  DECLARE the_holder VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;
  DECLARE the_term, the_left_ms BIGINT;
  CALL _name('service', service);
  CALL _name('candidate', candidate);
  CALL _begin();
  CALL _look(service, the_holder, the_term, the_left_ms, is_closing, is_anew);
  COMMIT;
  SELECT service AS service, COALESCE(the_holder = candidate, FALSE) AS leads, the_holder AS leader, the_term AS term, the_left_ms AS left_ms;
END$$

-- Makes a candidate the leader now, asked for or not. Whoever led may believe so for former_left_ms still: its term is the older one.
CREATE PROCEDURE force_leader(
  IN service LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin,
  IN candidate LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin, IN lease_ms BIGINT)
BEGIN
  DECLARE the_holder VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;
  DECLARE the_term, length_ms, began_us, now_us BIGINT;
  DECLARE is_closing, same BOOLEAN;
  CALL _name('service', service);
  CALL _name('candidate', candidate);
  CALL _length(lease_ms);
  CALL _begin();
  BEGIN
    DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END;
    CALL _enter(service, TRUE, the_holder, the_term, is_closing, length_ms, began_us, now_us);
    SET same = COALESCE(the_holder = candidate, FALSE);
    UPDATE lease AS l
      SET l.holder = candidate, l.term = l.term + IF(same, 0, 1), l.elected_us = IF(same, l.elected_us, now_us), l.closing = FALSE,
        l.renewed_us = IF(same AND began_us + length_ms * 1000 > now_us + lease_ms * 1000, began_us, now_us),
        l.lease_ms = IF(same AND began_us + length_ms * 1000 > now_us + lease_ms * 1000, length_ms, lease_ms),
        l.server = @@server_uuid, l.renewals = l.renewals + 1
      WHERE l.service = service;
    COMMIT;
  END;
  SELECT service AS service, candidate AS leader, the_term + IF(same, 0, 1) AS term, IF(same, NULL, the_holder) AS former,
    IF(same OR the_holder IS NULL, 0, CEIL((began_us + length_ms * 1000 - now_us) / 1000)) AS former_left_ms;
END$$

-- Asks for a new election: the leader's lease is not made longer, and when it is over, or the leader resigns, any candidate may win.
CREATE PROCEDURE reelect(IN service LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin)
BEGIN
  DECLARE the_holder VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin;
  DECLARE the_term, length_ms, began_us, now_us BIGINT;
  DECLARE is_closing BOOLEAN;
  CALL _name('service', service);
  CALL _begin();
  BEGIN
    DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; RESIGNAL; END;
    CALL _enter(service, FALSE, the_holder, the_term, is_closing, length_ms, began_us, now_us);
    IF the_holder IS NOT NULL THEN
      UPDATE lease AS l SET l.closing = TRUE WHERE l.service = service;
    END IF;
    COMMIT;
  END;
  CALL _tell(service, FALSE, the_holder, the_term, began_us + length_ms * 1000 - now_us, 0);
END$$

-- For within a transaction that writes here, as its first statement: it goes on only in this term, and no other term begins before its end.
-- SQLSTATE 45001 where the term is over.
CREATE PROCEDURE fence(IN service LONGTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin, IN term BIGINT)
BEGIN
  DECLARE the_term BIGINT;
  DECLARE why VARCHAR(128);
  DECLARE CONTINUE HANDLER FOR NOT FOUND BEGIN END;
  CALL _name('service', service);
  SELECT l.term INTO the_term FROM lease AS l WHERE l.service = service AND l.holder IS NOT NULL FOR SHARE;
  IF NOT (the_term <=> term) OR term IS NULL THEN
    SET why = CONCAT('service ''', LEFT(service, 20), ''' is ', COALESCE(CONCAT('in term ', the_term), 'without a leader'), ', not in term ',
      COALESCE(term, 'NULL'));
    SIGNAL SQLSTATE '45001' SET MESSAGE_TEXT = why;
  END IF;
END$$

DELIMITER ;

-- For people, and for the procedures that only look. left_ms is by the clock of the server that is asked: below zero it is over. It counts
-- only where `server` is that one and it is not above lease_ms; else the lease begins anew with the first campaign.
CREATE SQL SECURITY DEFINER VIEW leaders AS
  SELECT service, holder, term, lease_ms, closing, server,
    IF(holder IS NULL, 0, CEIL((renewed_us + lease_ms * 1000
      - (CAST(CONV(SUBSTR(HEX(UUID_TO_BIN(UUID(), 1)), 2, 15), 16, 10) AS SIGNED) DIV 10 - 12219292800000000)) / 1000)) AS left_ms,
    IF(term = 0, NULL, TIMESTAMP('1970-01-01') + INTERVAL elected_us MICROSECOND) AS elected_utc
  FROM lease;

-- Last: an installation that broke off is begun again.
REPLACE INTO version (one, version) VALUES (1, 1);
