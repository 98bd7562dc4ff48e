package io.tidemark.reconciler.app;

import io.tidemark.reconciler.flow.Fleet;
import io.tidemark.reconciler.flow.Holders;
import io.tidemark.reconciler.flow.NotHereException;
import io.tidemark.schemas.topic.Topics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsMetadata;
import org.apache.kafka.streams.state.HostInfo;

/** Who holds what, as the last rebalance of Kafka Streams told every instance. */
final class StreamsFleet implements Fleet {

  private final KafkaStreams streams;
  private final Topics topics;
  private final Map<String, Integer> queues;
  private final String self;

  /**
   * @param queues of each domain
   * @param self {@code host:port} of this instance
   */
  StreamsFleet(KafkaStreams streams, Topics topics, Map<String, Integer> queues, String self) {
    this.streams = streams;
    this.topics = topics;
    this.queues = queues;
    this.self = self;
  }

  @Override
  public Holders coordinator() {
    return holders(instances(), new TopicPartition(topics.plans(), 0));
  }

  @Override
  public List<Holders> queues(String domain) {
    if (!queues.containsKey(domain)) {
      throw new NotHereException(
          "domain '" + domain + "' is not served here; add it to the setting domains", null);
    }
    Collection<StreamsMetadata> instances = instances();
    List<Holders> all = new ArrayList<>();
    for (int q = 0; q < queues.get(domain); q++) {
      all.add(holders(instances, new TopicPartition(topics.work(domain), q)));
    }
    return all;
  }

  private Collection<StreamsMetadata> instances() {
    try {
      return streams.metadataForAllStreamsClients();
    } catch (IllegalStateException e) {
      throw new NotHereException("the reconciler does not run: " + e.getMessage(), e);
    }
  }

  private Holders holders(Collection<StreamsMetadata> instances, TopicPartition part) {
    Optional<String> active = Optional.empty();
    List<String> standbys = new ArrayList<>();
    for (StreamsMetadata instance : instances) {
      String host = name(instance.hostInfo());
      if (host.equals(self)) {
        continue;
      }
      if (instance.topicPartitions().contains(part)) {
        active = Optional.of(host);
      } else if (instance.standbyTopicPartitions().contains(part)) {
        standbys.add(host);
      }
    }
    return new Holders(active, standbys);
  }

  private static String name(HostInfo host) {
    String name = host.host();
    return (name.indexOf(':') >= 0 && !name.startsWith("[") ? "[" + name + "]" : name)
        + ":"
        + host.port();
  }
}
