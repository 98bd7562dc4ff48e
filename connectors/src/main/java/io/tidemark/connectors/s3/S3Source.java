package io.tidemark.connectors.s3;

import io.tidemark.connectors.file.FileBytes;
import io.tidemark.connectors.file.FileFormat;
import io.tidemark.connectors.file.Glob;
import io.tidemark.connectors.file.SourceFile;
import io.tidemark.connectors.file.SourceStorage;
import io.tidemark.connectors.file.StorageException;
import io.tidemark.core.digest.RowHash;
import io.tidemark.core.retry.TaskException;
import io.tidemark.schemas.avro.FailureKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.S3Exception;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Objects as files. A version is told from others by its ETag: of it a plan holds a hash, and every
 * read asks for that ETag alone, so that a chunk never mixes two versions.
 */
final class S3Source implements SourceStorage {

  private static final String SETTING = "source.s3.url";
  private static final int REMEMBERED = 10_000;

  private final S3Access access;

  // So that a planner need not ask for each object that it has just listed.
  private final Map<String, String> etags =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
          return size() > REMEMBERED;
        }
      };

  S3Source(S3Access access) {
    this.access = access;
  }

  @Override
  public List<SourceFile> find(String text, FileFormat format) throws TaskException {
    S3Url url = S3Url.of(text, SETTING);
    try {
      List<SourceFile> files = find(url, text.endsWith("/"), format);
      if (files.isEmpty()) {
        throw TaskException.fatal(
            SETTING
                + ": no "
                + format.id()
                + " object matches '"
                + text
                + "' (a prefix is searched for "
                + String.join(", ", format.endings())
                + ", names that begin with '.' or '_' are passed over)");
      }
      return files;
    } catch (StorageException e) {
      throw e.failure();
    } catch (IllegalArgumentException e) {
      throw new TaskException(
          FailureKind.FATAL, "", SETTING + ": '" + text + "': " + e.getMessage(), e);
    }
  }

  private List<SourceFile> find(S3Url url, boolean folder, FileFormat format)
      throws StorageException {
    if (!folder && !url.key().isEmpty()) {
      Optional<SourceFile> literal = head(url);
      if (literal.isPresent()) {
        return List.of(literal.get());
      }
    }
    if (Glob.isGlob(url.key())) {
      Glob glob = Glob.of(url.key());
      return list(url.at(glob.base()), glob::matches);
    }
    return list(url, format::isEndingOf);
  }

  private List<SourceFile> list(S3Url base, Predicate<String> wanted) throws StorageException {
    String prefix = base.key().isEmpty() ? "" : base.key() + "/";
    ListObjectsV2Request request =
        ListObjectsV2Request.builder().bucket(base.bucket()).prefix(prefix).build();
    return access.ask(
        "cannot list " + base,
        s3 -> {
          List<SourceFile> found = new ArrayList<>();
          for (S3Object o : s3.listObjectsV2Paginator(request).contents()) {
            String name = o.key().substring(prefix.length());
            if (!name.isEmpty() && !name.endsWith("/") && !isHidden(name) && wanted.test(o.key())) {
              found.add(file(base.at(o.key()), o.size(), o.eTag()));
            }
          }
          found.sort(Comparator.comparing(SourceFile::path));
          return List.copyOf(found);
        });
  }

  private static boolean isHidden(String name) {
    for (String part : name.split("/", -1)) {
      if (part.startsWith(".") || part.startsWith("_")) {
        return true;
      }
    }
    return false;
  }

  private SourceFile file(S3Url url, long size, String etag) {
    String path = url.toString();
    synchronized (etags) {
      etags.put(path, etag);
    }
    return new SourceFile(this, path, size, version(etag));
  }

  private static long version(String etag) {
    byte[] bytes = etag.replace("\"", "").getBytes(StandardCharsets.UTF_8);
    return RowHash.of(bytes, 0, bytes.length);
  }

  private Optional<SourceFile> head(S3Url url) throws StorageException {
    return access.ask(
        "cannot read " + url,
        s3 -> {
          try {
            HeadObjectResponse o = s3.headObject(r -> r.bucket(url.bucket()).key(url.key()));
            return Optional.of(file(url, o.contentLength(), o.eTag()));
          } catch (S3Exception e) {
            if (S3Errors.isMissing(e)) {
              return Optional.empty();
            }
            throw e;
          }
        });
  }

  @Override
  public SourceFile look(String path) throws TaskException {
    S3Url url = S3Url.of(path, SETTING);
    try {
      Optional<SourceFile> file = head(url);
      if (file.isEmpty()) {
        throw TaskException.fatal(path + " is not there; it was removed, or never was");
      }
      return file.get();
    } catch (StorageException e) {
      throw e.failure();
    }
  }

  @Override
  public FileBytes open(SourceFile file) throws StorageException {
    try {
      S3Url url = S3Url.of(file.path(), SETTING);
      String etag = etag(file.path());
      if (etag.isEmpty() || version(etag) != file.modified()) {
        SourceFile now = look(file.path());
        if (!now.equals(file)) {
          throw file.changed("; now " + version(now));
        }
        etag = etag(file.path());
      }
      return new S3Bytes(access, url, etag, file);
    } catch (TaskException e) {
      throw new StorageException(e);
    }
  }

  private String etag(String path) {
    synchronized (etags) {
      return etags.getOrDefault(path, "");
    }
  }

  @Override
  public String version(SourceFile file) {
    return file.size() + " bytes of version " + Long.toHexString(file.modified());
  }

  /** None: what is read again is paid for again. */
  @Override
  public long readForMessages() {
    return 0;
  }

  @Override
  public void close() {
    access.close();
  }
}
