using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;

namespace Dhis2Grpc.Server.Synchronization.Versions;

/// <summary>Reads from a metadata document which DHIS2 version wrote it: its member <c>system.version</c>.</summary>
internal static class SnapshotOrigin
{
    /// <summary>The version; null when the document does not tell.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static async Task<string?> ReadAsync(Stream document, CancellationToken cancellationToken)
    {
        var pipe = PipeReader.Create(document, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));
        var search = new Search();
        try
        {
            while (true)
            {
                var result = await pipe.ReadAsync(cancellationToken);
                var consumed = search.Continue(result.Buffer, result.IsCompleted);
                if (search.IsOver || result.IsCompleted)
                    return search.Version;
                pipe.AdvanceTo(result.Buffer.GetPosition(consumed), result.Buffer.End);
            }
        }
        finally
        {
            await pipe.CompleteAsync();
        }
    }

    private sealed class Search
    {
        private JsonReaderState _state = new(new JsonReaderOptions { MaxDepth = 256 });
        private bool _inSystem;

        /// <summary>What was found.</summary>
        public string? Version { get; private set; }

        /// <summary>Nothing more can be found.</summary>
        public bool IsOver { get; private set; }

        /// <summary>Reads as far as it can.</summary>
        /// <returns>Bytes that were read.</returns>
        public long Continue(ReadOnlySequence<byte> bytes, bool isLast)
        {
            var reader = new Utf8JsonReader(bytes, isLast, _state);
            while (!IsOver && Next(ref reader))
            {
            }
            _state = reader.CurrentState;
            return reader.BytesConsumed;
        }

        private bool Next(ref Utf8JsonReader reader)
        {
            // A name is only taken together with the value behind it, so that no state is kept between the two.
            var before = reader;
            if (!reader.Read())
                return false;
            if (reader.TokenType == JsonTokenType.EndObject && reader.CurrentDepth == (_inSystem ? 1 : 0))
            {
                IsOver = true;
                return true;
            }
            if (reader.TokenType != JsonTokenType.PropertyName)
                return true;
            var isSystem = reader.CurrentDepth == 1 && reader.ValueTextEquals("system"u8);
            var isVersion = _inSystem && reader.CurrentDepth == 2 && reader.ValueTextEquals("version"u8);
            if (!isSystem && !isVersion)
                return true;
            if (!reader.Read())
            {
                reader = before;
                return false;
            }
            if (isSystem)
                _inSystem = reader.TokenType == JsonTokenType.StartObject;
            if (isVersion)
                (Version, IsOver) = (reader.TokenType == JsonTokenType.String ? reader.GetString() : null, true);
            return true;
        }
    }
}
