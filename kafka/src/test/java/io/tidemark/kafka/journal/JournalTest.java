package io.tidemark.kafka.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tidemark.kafka.Kafka;
import io.tidemark.kafka.journal.JournalException.Outcome;
import io.tidemark.kafka.read.ReadToEnd;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(120)
class JournalTest {

  private static Kafka kafka;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    kafka = new Kafka(directory);
  }

  @AfterAll
  static void stop() {
    kafka.close();
  }

  @Test
  void shouldReturnTheOffsetOfEachRecordInOrder() throws Exception {
    TopicPartition one = kafka.newTopic();
    TopicPartition two = kafka.newTopic();
    try (var journal = Journal.open(kafka.config(), "offsets")) {
      Committed first = journal.commit(List.of(at(one, "a"), at(two, "b"), at(one, "c")));
      Committed second = journal.commit(List.of(at(two, "d")));

      // The first transaction's marker takes an offset, too.
      assertThat(first.offsets()).containsExactly(0L, 0L, 1L);
      assertThat(second.offsets()).containsExactly(2L);
      assertThat(offsetsIn(one)).containsExactly(0L, 1L);
      assertThat(offsetsIn(two)).containsExactly(0L, 2L);
    }
  }

  @Test
  void shouldCommitGroupOffsetsWithTheRecords() throws Exception {
    TopicPartition work = kafka.newTopic();
    TopicPartition log = kafka.newTopic();
    try (var member = member("together", "m", work);
        var journal = Journal.open(kafka.config(), "together")) {
      journal.commit(List.of(at(log, "a")), next(work, 7), member.groupMetadata());

      assertThat(committed("together", work)).isEqualTo(7);
      assertThat(kafka.valuesIn(log)).containsExactly("a");
    }
  }

  @Test
  void shouldCommitNothingWhenTheMemberLostItsQueue() throws Exception {
    TopicPartition work = kafka.newTopic();
    TopicPartition log = kafka.newTopic();
    try (var zombie = member("takeover", "zombie", work);
        var zombieJournal = Journal.open(kafka.config(), "takeover-zombie")) {
      ConsumerGroupMetadata old = zombie.groupMetadata();
      evict("takeover", "zombie");
      try (var owner = member("takeover", "owner", work);
          var ownerJournal = Journal.open(kafka.config(), "takeover-owner")) {
        ownerJournal.commit(List.of(at(log, "owner")), next(work, 1), owner.groupMetadata());

        var failure =
            catchThrowableOfType(
                LostGenerationException.class,
                () -> zombieJournal.commit(List.of(at(log, "zombie")), next(work, 9), old));

        assertThat(failure.outcome()).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(kafka.valuesIn(log)).containsExactly("owner");
        assertThat(committed("takeover", work)).isEqualTo(1);
        // The same producer goes on.
        assertThat(zombieJournal.isOpen()).isTrue();
        zombieJournal.commit(List.of(at(log, "later")));
        assertThat(kafka.valuesIn(log)).containsExactly("owner", "later");
      }
    }
  }

  @Test
  void shouldBeFencedWhenANewerJournalHasItsId() throws Exception {
    TopicPartition log = kafka.newTopic();
    try (var older = Journal.open(kafka.config(), "same");
        var newer = Journal.open(kafka.config(), "same")) {
      var failure =
          catchThrowableOfType(
              JournalFencedException.class, () -> older.commit(List.of(at(log, "older"))));
      newer.commit(List.of(at(log, "newer")));

      assertThat(failure.outcome()).isEqualTo(Outcome.ROLLED_BACK);
      assertThat(older.isOpen()).isFalse();
      assertThat(kafka.valuesIn(log)).containsExactly("newer");

      assertThat(older.reopen()).isEmpty();
      older.commit(List.of(at(log, "again")));
      assertThat(kafka.valuesIn(log)).containsExactly("newer", "again");
    }
  }

  @Test
  void shouldBeFencedWhenFencedByTheCoordinatorOnTakeover() throws Exception {
    TopicPartition work = kafka.newTopic();
    TopicPartition log = kafka.newTopic();
    try (var member = member("fencing", "m", work);
        var journal = Journal.open(kafka.config(), "fencing");
        var admin = Admin.create(kafka.config().admin())) {
      journal.commit(List.of(at(log, "before")), next(work, 1), member.groupMetadata());
      admin.fenceProducers(List.of("fencing")).all().get();

      var failure =
          catchThrowableOfType(
              JournalException.class,
              () ->
                  journal.commit(List.of(at(log, "after")), next(work, 2), member.groupMetadata()));

      assertThat(failure).isInstanceOf(JournalFencedException.class);
      assertThat(kafka.valuesIn(log)).containsExactly("before");
      assertThat(committed("fencing", work)).isEqualTo(1);
    }
  }

  @Test
  void shouldRollBackAndGoOnWhenARecordIsRefused() throws Exception {
    TopicPartition log = kafka.newTopic();
    try (var journal = Journal.open(kafka.config(), "refused")) {
      var failure =
          catchThrowableOfType(
              JournalRejectedException.class,
              () ->
                  journal.commit(
                      List.of(at(log, "never"), new Append(log, null, new byte[2_000_000]))));
      journal.commit(List.of(at(log, "a")));

      assertThat(failure).hasCauseInstanceOf(RecordTooLargeException.class);
      assertThat(failure.outcome()).isEqualTo(Outcome.ROLLED_BACK);
      assertThat(kafka.valuesIn(log)).containsExactly("a");
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldSettleACommitInDoubtWhenReopened(UnansweredProducer.Lost lost) throws Exception {
    TopicPartition log = kafka.newTopic();
    try (var journal = unanswered("doubt-" + lost, lost)) {
      assertThat(journal.reopen()).isEmpty();
      var failure =
          catchThrowableOfType(
              JournalUnavailableException.class, () -> journal.commit(List.of(at(log, "a"))));
      assertThat(failure.outcome()).isEqualTo(Outcome.IN_DOUBT);
      assertThat(journal.isOpen()).isFalse();

      switch (lost) {
        case ON_THE_WAY_BACK -> {
          assertThat(journal.reopen()).contains(new Committed(List.of(0L)));
          assertThat(kafka.valuesIn(log)).containsExactly("a");
        }
        case ON_THE_WAY_THERE -> {
          assertThat(journal.reopen()).isEmpty();
          assertThat(kafka.valuesIn(log)).isEmpty();
        }
      }
      assertThat(journal.reopen()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void shouldSettleOffsetsInDoubtWhenReopened(UnansweredProducer.Lost lost) throws Exception {
    TopicPartition work = kafka.newTopic();
    try (var member = member("doubt-" + lost, "m", work);
        var journal = unanswered("offsets-" + lost, lost)) {
      journal.reopen();
      var failure =
          catchThrowableOfType(
              JournalUnavailableException.class,
              () -> journal.commit(List.of(), next(work, 3), member.groupMetadata()));
      assertThat(failure.outcome()).isEqualTo(Outcome.IN_DOUBT);

      assertThat(journal.reopen().isPresent())
          .isEqualTo(lost == UnansweredProducer.Lost.ON_THE_WAY_BACK);
    }
  }

  private static Journal unanswered(String id, UnansweredProducer.Lost lost) {
    return new Journal(kafka.config(), id, Duration.ofSeconds(2), new UnansweredProducer(lost));
  }

  private static Append at(TopicPartition partition, String value) {
    return new Append(partition, Kafka.bytes("key"), Kafka.bytes(value));
  }

  private static Map<TopicPartition, OffsetAndMetadata> next(TopicPartition queue, long offset) {
    return Map.of(queue, new OffsetAndMetadata(offset));
  }

  private static List<Long> offsetsIn(TopicPartition partition) throws Exception {
    var offsets = new ArrayList<Long>();
    try (var reader = new ReadToEnd(kafka.config())) {
      reader.read(List.of(partition), Kafka.PATIENCE, record -> offsets.add(record.offset()));
    }
    return offsets;
  }

  private static KafkaConsumer<byte[], byte[]> member(
      String group, String instance, TopicPartition queue) {
    Map<String, Object> settings = kafka.config().consumer();
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    settings.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, instance);
    settings.put(
        ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
        CooperativeStickyAssignor.class.getName());
    var consumer = new KafkaConsumer<byte[], byte[]>(settings);
    consumer.subscribe(List.of(queue.topic()));
    Awaitility.await()
        .atMost(Kafka.PATIENCE.toSeconds(), TimeUnit.SECONDS)
        .until(
            () -> {
              consumer.poll(Duration.ofMillis(50));
              return consumer.assignment().contains(queue);
            });
    return consumer;
  }

  private static void evict(String group, String instance) throws Exception {
    try (var admin = Admin.create(kafka.config().admin())) {
      admin
          .removeMembersFromConsumerGroup(
              group,
              new RemoveMembersFromConsumerGroupOptions(List.of(new MemberToRemove(instance))))
          .all()
          .get();
    }
  }

  private static long committed(String group, TopicPartition queue) throws Exception {
    try (var admin = Admin.create(kafka.config().admin())) {
      return admin
          .listConsumerGroupOffsets(group)
          .partitionsToOffsetAndMetadata()
          .get()
          .get(queue)
          .offset();
    }
  }
}
