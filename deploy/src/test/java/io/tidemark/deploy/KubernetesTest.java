package io.tidemark.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.tidemark.schemas.registry.RecordSerdes;
import io.tidemark.schemas.registry.Registry;
import io.tidemark.schemas.topic.Topics;
import java.io.IOException;
import java.io.StringReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** The manifests: read strictly, and held to what they promise. */
@TestInstance(Lifecycle.PER_CLASS)
final class KubernetesTest {

  /** What a worker may take beyond its drain timeout, and a stream thread to leave. */
  private static final long REPORT_SECONDS = 60;

  private final Kube kube = Kube.ofAll();

  @Test
  void shouldRefuseFieldsAndKindsThatDoNotExist() {
    String service = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {%s: {}}\n";

    assertThat(Kube.of("a", service.formatted("selector")).all(Service.class)).hasSize(1);
    assertThatThrownBy(() -> Kube.of("a", service.formatted("selectors")))
        .hasMessageContaining("a: Unrecognized field \"selectors\"");
    assertThatThrownBy(() -> Kube.of("a", "apiVersion: v1\nkind: Servce\n"))
        .hasMessageContaining("v1/Servce");
    assertThatThrownBy(
            () ->
                Kube.of(
                    "a",
                    "{apiVersion: keda.sh/v1alpha1, kind: ScaledObject, metadata: {name: a}, spec:"
                        + " {scaleTargetRef: {name: a}, trigger: []}}"))
        .hasMessageContaining("trigger");
  }

  @Test
  void shouldHaveTheWholeSet() {
    assertThat(kube.pods().keySet()).containsExactly("planner", "reconciler", "worker");
    assertThat(names(PodDisruptionBudget.class)).containsExactly("reconciler", "worker");
    assertThat(names(NetworkPolicy.class))
        .containsExactly("reconciler", "tidemark", "tidemark-schema-registry", "worker");
    assertThat(kube.all("ScaledObject")).hasSize(1);
    assertThat(kube.all("Kustomization")).hasSize(5);
    assertThat(kube.all("Component")).hasSize(1);
  }

  private List<String> names(Class<? extends HasMetadata> type) {
    return kube.all(type).stream().map(o -> o.getMetadata().getName()).sorted().toList();
  }

  @Test
  void shouldLetNoPodHaveMoreRightsThanItNeeds() {
    assertThat(kube.all(ServiceAccount.class))
        .singleElement()
        .matches(a -> !a.getAutomountServiceAccountToken());
    kube.pods()
        .forEach(
            (name, pod) -> {
              PodSpec spec = pod.getSpec();
              assertThat(spec.getServiceAccountName()).as(name).isEqualTo("tidemark");
              assertThat(spec.getAutomountServiceAccountToken()).as(name).isFalse();
              assertThat(spec.getSecurityContext().getRunAsNonRoot()).as(name).isTrue();
              assertThat(spec.getSecurityContext().getRunAsUser()).as(name).isEqualTo(10001L);
              assertThat(spec.getSecurityContext().getSeccompProfile().getType())
                  .as(name)
                  .isEqualTo("RuntimeDefault");
              assertThat(spec.getContainers()).as(name).hasSize(1);
              var rights = spec.getContainers().getFirst().getSecurityContext();
              assertThat(rights.getAllowPrivilegeEscalation()).as(name).isFalse();
              assertThat(rights.getReadOnlyRootFilesystem()).as(name).isTrue();
              assertThat(rights.getCapabilities().getDrop()).as(name).containsExactly("ALL");
              assertThat(rights.getCapabilities().getAdd()).as(name).isEmpty();
            });
  }

  @Test
  void shouldBoundMemoryAndAskForWhatIsNeeded() {
    kube.pods()
        .forEach(
            (name, pod) -> {
              var resources = pod.getSpec().getContainers().getFirst().getResources();
              assertThat(resources.getRequests()).as(name).containsKeys("cpu", "memory");
              assertThat(resources.getLimits().get("memory"))
                  .as(name)
                  .isEqualTo(resources.getRequests().get("memory"));
            });
  }

  @Test
  void shouldMountWhatThereIs() {
    Map<String, List<String>> claims = new java.util.TreeMap<>();
    kube.all(StatefulSet.class)
        .forEach(
            s ->
                claims.put(
                    s.getMetadata().getName(),
                    s.getSpec().getVolumeClaimTemplates().stream()
                        .map(c -> c.getMetadata().getName())
                        .toList()));
    kube.pods()
        .forEach(
            (name, pod) -> {
              List<String> volumes = new ArrayList<>(claims.getOrDefault(name, List.of()));
              pod.getSpec().getVolumes().stream().map(Volume::getName).forEach(volumes::add);
              assertThat(pod.getSpec().getContainers().getFirst().getVolumeMounts())
                  .as(name)
                  .extracting(VolumeMount::getName)
                  .containsExactlyInAnyOrderElementsOf(volumes)
                  .contains("tmp");
            });
  }

  @Test
  void shouldProbeWhatIsServed() {
    for (String name : List.of("reconciler", "worker")) {
      Container c = kube.pods().get(name).getSpec().getContainers().getFirst();
      List<String> ports = c.getPorts().stream().map(ContainerPort::getName).toList();
      for (Probe probe :
          List.of(c.getStartupProbe(), c.getLivenessProbe(), c.getReadinessProbe())) {
        assertThat(ports).as(name).contains(probe.getHttpGet().getPort().getStrVal());
      }
      assertThat(c.getLivenessProbe().getHttpGet().getPath()).isEqualTo("/health/live");
      assertThat(c.getStartupProbe().getHttpGet().getPath()).isEqualTo("/health/live");
      assertThat(c.getReadinessProbe().getHttpGet().getPath()).isEqualTo("/health/ready");
    }
  }

  @Test
  void shouldWaitLongerThanProcessesTakeToEnd() {
    long drain = Long.parseLong(setting("worker", "drain.timeout.ms")) / 1000;

    assertThat(kube.pods().get("worker").getSpec().getTerminationGracePeriodSeconds())
        .isGreaterThan(drain + REPORT_SECONDS);
    assertThat(kube.pods().get("reconciler").getSpec().getTerminationGracePeriodSeconds())
        .isGreaterThanOrEqualTo(REPORT_SECONDS);
  }

  private String setting(String pod, String name) {
    String prefix = "--set=" + name + "=";
    return kube.pods().get(pod).getSpec().getContainers().getFirst().getArgs().stream()
        .filter(a -> a.startsWith(prefix))
        .findFirst()
        .orElseThrow()
        .substring(prefix.length());
  }

  @Test
  void shouldKeepAWorkersIdAndAWarmCopyOfTheState() {
    Container worker = kube.pods().get("worker").getSpec().getContainers().getFirst();
    StatefulSet reconciler =
        kube.all(StatefulSet.class).stream()
            .filter(s -> s.getMetadata().getName().equals("reconciler"))
            .findFirst()
            .orElseThrow();

    assertThat(worker.getArgs()).contains("--id=$(POD_NAME)");
    assertThat(worker.getEnv().getFirst().getValueFrom().getFieldRef().getFieldPath())
        .isEqualTo("metadata.name");
    assertThat(reconciler.getSpec().getReplicas()).isEqualTo(2);
    assertThat(setting("reconciler", "num.standby.replicas")).isEqualTo("1");
    assertThat(reconciler.getSpec().getVolumeClaimTemplates()).hasSize(1);
  }

  @Test
  void shouldSelectPodsThatThereAre() {
    List<Map<String, String>> selectors = new ArrayList<>();
    kube.all(Service.class).forEach(s -> selectors.add(s.getSpec().getSelector()));
    kube.all(PodDisruptionBudget.class)
        .forEach(b -> selectors.add(b.getSpec().getSelector().getMatchLabels()));
    kube.all(StatefulSet.class)
        .forEach(
            s -> {
              selectors.add(s.getSpec().getSelector().getMatchLabels());
              s.getSpec()
                  .getTemplate()
                  .getSpec()
                  .getTopologySpreadConstraints()
                  .forEach(t -> selectors.add(t.getLabelSelector().getMatchLabels()));
            });

    assertThat(selectors).hasSizeGreaterThan(8).allSatisfy(s -> assertThat(chosen(s)).isEqualTo(1));
    assertThat(kube.all(NetworkPolicy.class))
        .allSatisfy(
            p ->
                assertThat(chosen(p.getSpec().getPodSelector().getMatchLabels()))
                    .isEqualTo(p.getMetadata().getName().startsWith("tidemark") ? 3 : 1));
  }

  /** How many pods have these labels, with the one that every kustomization adds. */
  private long chosen(Map<String, String> selector) {
    return kube.pods().values().stream()
        .map(PodTemplateSpec::getMetadata)
        .filter(
            m ->
                Stream.concat(
                        m.getLabels().entrySet().stream(),
                        Stream.of(Map.entry("app.kubernetes.io/part-of", "tidemark")))
                    .toList()
                    .containsAll(selector.entrySet()))
        .count();
  }

  /** What the example says, uncommented, is understood, and the component lets pods go there. */
  @Test
  void shouldReachTheRegistryThatTheExampleNames() throws Exception {
    Path example = Yaml.DEPLOY.resolve("kubernetes/overlays/example");
    Properties given = new Properties();
    given.load(
        new StringReader(
            Files.readString(example.resolve("common/client.properties"))
                .replaceAll("(?m)^#(?=[a-z])", "")));
    Map<String, String> settings = new TreeMap<>();
    given.stringPropertyNames().forEach(n -> settings.put(n, given.getProperty(n)));
    settings.put("basic.auth.user.info", "user:password");
    // A file that is in the pod only.
    assertThat(settings.remove("schema.registry.ssl.truststore.location"))
        .startsWith("/run/tidemark/kafka/");

    Registry registry = RecordSerdes.of(settings).registry().orElseThrow();

    assertThat(
            kube.all(NetworkPolicy.class).stream()
                .filter(p -> p.getMetadata().getName().equals("tidemark-schema-registry"))
                .findFirst()
                .orElseThrow()
                .getSpec()
                .getEgress()
                .getFirst()
                .getPorts()
                .getFirst()
                .getPort()
                .getIntVal())
        .isEqualTo(URI.create(registry.shown()).getPort());
    String kustomization = Files.readString(example.resolve("kustomization.yaml"));
    assertThat(
            Kube.of("example", kustomization.replace("# components:", "components:"))
                .all("Kustomization")
                .getFirst()
                .path("components"))
        .extracting(c -> example.resolve(c.asText()).resolve("kustomization.yaml"))
        .allSatisfy(c -> assertThat(c).exists())
        .hasSize(1);
  }

  @Test
  void shouldScaleWorkersByTheLagOfTheirGroup() {
    JsonNode spec = kube.all("ScaledObject").getFirst().path("spec");
    JsonNode lag = spec.path("triggers").get(0).path("metadata");
    Topics topics = new Topics(Topics.DEFAULT_NAMESPACE);

    assertThat(spec.path("scaleTargetRef").path("name").asText()).isEqualTo("worker");
    assertThat(lag.path("consumerGroup").asText())
        .isEqualTo(topics.workerGroup(Topics.DEFAULT_DOMAIN));
    assertThat(lag.path("topic").asText()).isEqualTo(topics.work(Topics.DEFAULT_DOMAIN));
    assertThat(spec.path("minReplicaCount").asInt()).isPositive();
  }

  @Test
  void shouldBeScrapedWhereItServesUnderTheNamesThatAlertsWant() {
    Path prometheus = Yaml.DEPLOY.resolve("prometheus");
    JsonNode jobs =
        Yaml.documents(prometheus.resolve("kubernetes.yml")).getFirst().path("scrape_configs");

    assertThat(jobs.findValuesAsText("job_name"))
        .isEqualTo(
            Yaml.documents(prometheus.resolve("prometheus.yml"))
                .getFirst()
                .path("scrape_configs")
                .findValuesAsText("job_name"));
    for (JsonNode job : jobs) {
      String kept = job.at("/relabel_configs/0/regex").asText();
      String name = kept.substring(0, kept.indexOf(';'));
      PodTemplateSpec pod = kube.pods().get(name);
      assertThat(pod.getMetadata().getLabels()).containsEntry("app.kubernetes.io/name", name);
      assertThat(pod.getSpec().getContainers().getFirst().getPorts())
          .extracting(ContainerPort::getName)
          .containsExactly(kept.substring(name.length() + 1));
    }
  }

  @Test
  void shouldNotPlanAgainWhatIsWrong() {
    assertThat(
            kube.all(io.fabric8.kubernetes.api.model.batch.v1.Job.class)
                .getFirst()
                .getSpec()
                .getPodFailurePolicy()
                .getRules())
        .anySatisfy(
            r -> {
              assertThat(r.getAction()).isEqualTo("FailJob");
              assertThat(r.getOnExitCodes().getValues()).containsExactly(2);
            });
  }

  @Test
  void shouldBeOneSetWhenKustomizeBuildsIt(@TempDir Path dir) throws Exception {
    Path root = dir.resolve("kubernetes");
    try (Stream<Path> files = Files.walk(Yaml.DEPLOY.resolve("kubernetes"))) {
      for (Path f : files.toList()) {
        Path to = root.resolve(Yaml.DEPLOY.resolve("kubernetes").relativize(f).toString());
        if (Files.isDirectory(f)) {
          Files.createDirectories(to);
        } else {
          Files.copy(f, to);
        }
      }
    }
    Path example = root.resolve("overlays/example");
    Path secrets = Files.createDirectories(example.resolve("secrets"));
    for (String name : List.of("tokens", "tls.p12", "tls-password")) {
      Files.writeString(secrets.resolve(name), name);
    }
    Path common = Files.createDirectories(example.resolve("common/secrets"));
    Files.writeString(common.resolve("shop-password"), "x");
    Kube set = built(example);
    Kube orders = built(example.resolve("orders"));

    assertThat(set.pods().keySet()).containsExactly("reconciler", "worker");
    assertThat(orders.pods().keySet()).containsExactly("planner-orders");
    for (Kube each : List.of(set, orders)) {
      assertBuilt(each);
    }
    assertThat(
            set.all("ScaledObject")
                .getFirst()
                .at("/spec/triggers/0/metadata/bootstrapServers")
                .asText())
        .isEqualTo("kafka-bootstrap.kafka.svc:9092");
  }

  private static Kube built(Path kustomization) throws Exception {
    Process kubectl;
    try {
      kubectl =
          new ProcessBuilder("kubectl", "kustomize", kustomization.toString())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      return org.junit.jupiter.api.Assumptions.abort("not run: there is no kubectl");
    }
    String built = new String(kubectl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(kubectl.waitFor()).as(built).isZero();
    return Kube.of("kubectl kustomize", built);
  }

  private static void assertBuilt(Kube set) {
    assertThat(set.pods().values())
        .allSatisfy(
            p -> {
              assertThat(p.getSpec().getContainers().getFirst().getImage())
                  .isEqualTo("registry.example/tidemark:0.1.0");
              assertThat(p.getMetadata().getLabels())
                  .containsEntry("app.kubernetes.io/part-of", "tidemark");
              // The generated name, with a hash: a changed secret rolls the pods.
              assertThat(p.getSpec().getVolumes())
                  .filteredOn(v -> v.getSecret() != null)
                  .allSatisfy(
                      v ->
                          assertThat(v.getSecret().getSecretName())
                              .matches("tidemark-[a-z-]+-[a-z0-9]{10}"));
            });
  }
}
