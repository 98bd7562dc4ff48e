package io.tidemark.cli;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import java.time.Clock;
import java.util.List;

/** What {@link ArchitectureTest} looks for in byte code. */
final class ArchitecturePredicates {

  private ArchitecturePredicates() {}

  /** Calls that ask this machine what time it is. */
  static DescribedPredicate<JavaMethodCall> readsAClock(List<Class<?>> dateTypes) {
    return DescribedPredicate.describe(
        "the target reads the machine's clock",
        call -> {
          var owner = call.getTargetOwner();
          String name = call.getName();
          boolean zoneless =
              call.getTarget().getRawParameterTypes().stream()
                  .noneMatch(p -> p.isAssignableTo(Clock.class));
          return (owner.isEquivalentTo(System.class) && name.equals("currentTimeMillis"))
              || (owner.isEquivalentTo(Clock.class) && name.startsWith("system"))
              || (name.equals("now")
                  && zoneless
                  && dateTypes.stream().anyMatch(owner::isEquivalentTo));
        });
  }
}
