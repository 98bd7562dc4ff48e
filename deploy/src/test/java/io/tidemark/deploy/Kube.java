package io.tidemark.deploy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Kubernetes' objects, read strictly: an unknown kind or field is an error. */
final class Kube {

  private static final Map<String, Class<? extends HasMetadata>> KINDS =
      Map.of(
          "v1/Namespace", Namespace.class,
          "v1/ServiceAccount", ServiceAccount.class,
          "v1/Service", Service.class,
          "v1/ConfigMap", ConfigMap.class,
          "v1/Secret", Secret.class,
          "apps/v1/StatefulSet", StatefulSet.class,
          "batch/v1/Job", Job.class,
          "policy/v1/PodDisruptionBudget", PodDisruptionBudget.class,
          "networking.k8s.io/v1/NetworkPolicy", NetworkPolicy.class);

  /** Kinds that are none of Kubernetes' own, each with a JSON Schema of what we use. */
  private static final Map<String, Schema> OTHERS =
      Map.of(
          "keda.sh/v1alpha1/ScaledObject", schema("/scaled-object.schema.json"),
          "kustomize.config.k8s.io/v1beta1/Kustomization", schema("/kustomization.schema.json"),
          "kustomize.config.k8s.io/v1alpha1/Component", schema("/kustomization.schema.json"));

  /** The models keep unknown fields in a map of their own; without it they are errors. */
  private static final ObjectMapper STRICT =
      new ObjectMapper()
          .setAnnotationIntrospector(
              new JacksonAnnotationIntrospector() {
                @Override
                public Boolean hasAnySetter(Annotated a) {
                  return false;
                }
              });

  private final List<HasMetadata> objects = new ArrayList<>();
  private final List<JsonNode> others = new ArrayList<>();

  private static Schema schema(String resource) {
    try (InputStream in = Kube.class.getResourceAsStream(resource)) {
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(new ObjectMapper().readTree(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every manifest below deploy/kubernetes. */
  static Kube ofAll() {
    Kube kube = new Kube();
    for (Path file : manifests()) {
      kube.add(file.toString(), Yaml.documents(file));
    }
    return kube;
  }

  static Kube of(String label, String text) {
    Kube kube = new Kube();
    kube.add(label, Yaml.documents(label, text));
    return kube;
  }

  private static List<Path> manifests() {
    try (Stream<Path> files = Files.walk(Yaml.DEPLOY.resolve("kubernetes"))) {
      return files
          .filter(f -> f.toString().endsWith(".yaml") && !f.endsWith("spec.yaml"))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void add(String label, List<JsonNode> documents) {
    for (JsonNode d : documents) {
      String kind = d.path("apiVersion").asText() + "/" + d.path("kind").asText();
      if (KINDS.containsKey(kind)) {
        objects.add(parsed(label, d, KINDS.get(kind)));
      } else if (OTHERS.containsKey(kind)) {
        List<?> errors = OTHERS.get(kind).validate(d);
        if (!errors.isEmpty()) {
          throw new IllegalArgumentException(label + ": " + errors);
        }
        others.add(d);
      } else {
        throw new IllegalArgumentException(label + ": a kind that nobody checks: " + kind);
      }
    }
  }

  private static HasMetadata parsed(String label, JsonNode d, Class<? extends HasMetadata> type) {
    try {
      return STRICT.treeToValue(d, type);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(label + ": " + e.getOriginalMessage(), e);
    }
  }

  /** All of one kind. */
  <T extends HasMetadata> List<T> all(Class<T> type) {
    return objects.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** All of one kind that is none of Kubernetes' own. */
  List<JsonNode> all(String kind) {
    return others.stream().filter(d -> d.path("kind").asText().equals(kind)).toList();
  }

  /** Pods that are made, by the name of what makes them. */
  Map<String, PodTemplateSpec> pods() {
    Map<String, PodTemplateSpec> pods = new TreeMap<>();
    all(StatefulSet.class)
        .forEach(s -> pods.put(s.getMetadata().getName(), s.getSpec().getTemplate()));
    all(Job.class).forEach(j -> pods.put(j.getMetadata().getName(), j.getSpec().getTemplate()));
    return pods;
  }
}
