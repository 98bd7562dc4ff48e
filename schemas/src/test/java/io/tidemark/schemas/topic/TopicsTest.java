package io.tidemark.schemas.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.internals.Topic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicsTest {

  private final Topics topics = new Topics("tidemark");

  /** The design's topic table, by hand. */
  @Test
  void shouldSpellTheTopicTableOfTheDesign() {
    String forever = "{cleanup.policy=delete, retention.bytes=-1, retention.ms=-1}";
    String month = "{cleanup.policy=delete, retention.bytes=-1, retention.ms=2592000000}";
    String day = "{cleanup.policy=compact,delete, retention.ms=86400000}";
    String newest = "{cleanup.policy=compact}";

    List<TopicDefinition> all = topics.definitions(Set.of("eu", "default"), 64);

    assertThat(all.stream().map(TopicsTest::line))
        .containsExactly(
            "tidemark.plans | Plan | " + newest + " | 1 | planner",
            "tidemark.progress | Progress | " + newest + " | 1 | reconciler",
            "tidemark.commands | Command | " + month + " | 1 | CLI / API",
            "tidemark.decisions | Decision | " + month + " | 1 | reconciler",
            "tidemark.directives | Directive | " + newest + " | 1 | reconciler",
            "tidemark.workers | WorkerHeartbeat | " + day + " | 1 | that worker",
            "tidemark.alerts | Alert | " + month + " | 1 | reconciler",
            "tidemark.work.default | Descriptor | "
                + forever
                + " | 64 | planner; the owning worker (split children)",
            "tidemark.checkpoints.default | Checkpoint | " + newest + " | 64 | the owning worker",
            "tidemark.ledger.default | LedgerEntry | " + newest + " | 64 | reconciler",
            "tidemark.dead-letters.default | DeadLetter | " + forever + " | 64 | the owning worker",
            "tidemark.work.eu | Descriptor | "
                + forever
                + " | 64 | planner; the owning worker (split children)",
            "tidemark.checkpoints.eu | Checkpoint | " + newest + " | 64 | the owning worker",
            "tidemark.ledger.eu | LedgerEntry | " + newest + " | 64 | reconciler",
            "tidemark.dead-letters.eu | DeadLetter | " + forever + " | 64 | the owning worker");
  }

  private static String line(TopicDefinition t) {
    return String.join(
        " | ",
        t.name(),
        t.value().getName(),
        new TreeMap<>(t.configs()).toString(),
        Integer.toString(t.partitions()),
        t.writer());
  }

  @Test
  void shouldNameEachTopicAsItIsDefined() {
    List<String> names =
        List.of(
            topics.plans(),
            topics.progress(),
            topics.commands(),
            topics.decisions(),
            topics.directives(),
            topics.workers(),
            topics.alerts(),
            topics.work("eu"),
            topics.checkpoints("eu"),
            topics.ledger("eu"),
            topics.deadLetters("eu"));

    assertThat(topics.definitions(Set.of("eu"), 3))
        .extracting(TopicDefinition::name)
        .containsExactlyElementsOf(names);
  }

  @Test
  void shouldGiveNamesThatKafkaTakesWhenNamespaceAndDomainAreAsLongAsAllowed() {
    Topics longest = new Topics("n".repeat(120));

    assertThat(longest.definitions(Set.of("d".repeat(63)), 1))
        .allSatisfy(t -> assertThat(Topic.isValid(t.name())).isTrue());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "a..b", "-a", "a-", ".a", "a.", "a_b", "a b", "ä", "a/b", "a\n"})
  void shouldRefuseNamespaceThatMakesNoTopicName(String namespace) {
    assertThatThrownBy(() -> new Topics(namespace))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("namespace '" + namespace + "'")
        .hasMessageContaining("use 1 to 120 letters");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "A", "a.b", "a_b", "-a", "a-", "a b", "a\n"})
  void shouldRefuseDomainThatMakesNoTopicName(String domain) {
    assertThatThrownBy(() -> topics.work(domain))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("domain '" + domain + "'")
        .hasMessageContaining("use 1 to 63 lower-case letters");
  }

  @Test
  void shouldRefuseTopicsWithoutDomainOrQueue() {
    assertThatThrownBy(() -> topics.definitions(Set.of(), 1)).hasMessageContaining("at least one");
    assertThatThrownBy(() -> topics.definitions(Set.of("a"), 0))
        .hasMessageContaining("at least 1 queue, not 0");
  }
}
