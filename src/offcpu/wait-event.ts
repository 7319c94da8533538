// The names of Postgres' wait events, from the number a server holds in its memory: class << 24 | event.

/** The events of a major version, by class. Events are numbered from 0 on; `-` is a number that is not in use. */
type Events = Readonly<Record<number, { name: string; events: readonly string[] }>>;

const VERSIONS: Readonly<Record<number, Events>> = {
  15: {
    1: {
      name: 'LWLock',
      events: words(`
      - ShmemIndex OidGen XidGen ProcArray SInvalRead SInvalWrite WALBufMapping WALWrite ControlFile - XactSLRU
      SubtransSLRU MultiXactGen MultiXactOffsetSLRU MultiXactMemberSLRU RelCacheInit CheckpointerComm
      TwoPhaseState TablespaceCreate BtreeVacuum AddinShmemInit Autovacuum AutovacuumSchedule SyncScan
      RelationMapping NotifySLRU NotifyQueue SerializableXactHash SerializableFinishedList
      SerializablePredicateList SerialSLRU SyncRep BackgroundWorker DynamicSharedMemoryControl AutoFile
      ReplicationSlotAllocation ReplicationSlotControl CommitTsSLRU CommitTs ReplicationOrigin
      MultiXactTruncation OldSnapshotTimeMap LogicalRepWorker XactTruncation - WrapLimitsVacuum NotifyQueueTail
      XactBuffer CommitTsBuffer SubtransBuffer MultiXactOffsetBuffer MultiXactMemberBuffer NotifyBuffer
      SerialBuffer WALInsert BufferContent ReplicationOriginState ReplicationSlotIO LockFastPath BufferMapping
      LockManager PredicateLockManager ParallelHashJoin ParallelQueryDSA PerSessionDSA PerSessionRecordType
      PerSessionRecordTypmod SharedTupleStore SharedTidBitmap ParallelAppend PerXactPredicateList PgStatsDSA
      PgStatsHash PgStatsData`),
    },
    3: {
      name: 'Lock',
      events: words(`
      relation extend frozenid page tuple transactionid virtualxid spectoken object userlock advisory`),
    },
    4: {
      name: 'BufferPin',
      events: words(`
      BufferPin`),
    },
    5: {
      name: 'Activity',
      events: words(`
      ArchiverMain AutoVacuumMain BgWriterHibernate BgWriterMain CheckpointerMain LogicalApplyMain
      LogicalLauncherMain RecoveryWalStream SysLoggerMain WalReceiverMain WalSenderMain WalWriterMain`),
    },
    6: {
      name: 'Client',
      events: words(`
      ClientRead ClientWrite GSSOpenServer LibPQWalReceiverConnect LibPQWalReceiverReceive SSLOpenServer
      WalSenderWaitForWAL WalSenderWriteData`),
    },
    7: {
      name: 'Extension',
      events: words(`
      Extension`),
    },
    8: {
      name: 'IPC',
      events: words(`
      AppendReady ArchiveCleanupCommand ArchiveCommand BackendTermination BackupWaitWalArchive BgWorkerShutdown
      BgWorkerStartup BtreePage BufferIO CheckpointDone CheckpointStart ExecuteGather HashBatchAllocate
      HashBatchElect HashBatchLoad HashBuildAllocate HashBuildElect HashBuildHashInner HashBuildHashOuter
      HashGrowBatchesAllocate HashGrowBatchesDecide HashGrowBatchesElect HashGrowBatchesFinish
      HashGrowBatchesRepartition HashGrowBucketsAllocate HashGrowBucketsElect HashGrowBucketsReinsert
      LogicalSyncData LogicalSyncStateChange MessageQueueInternal MessageQueuePutMessage MessageQueueReceive
      MessageQueueSend ParallelBitmapScan ParallelCreateIndexScan ParallelFinish ProcArrayGroupUpdate
      ProcSignalBarrier Promote RecoveryConflictSnapshot RecoveryConflictTablespace RecoveryEndCommand
      RecoveryPause ReplicationOriginDrop ReplicationSlotDrop RestoreCommand SafeSnapshot SyncRep
      WalReceiverExit WalReceiverWaitStart XactGroupUpdate`),
    },
    9: {
      name: 'Timeout',
      events: words(`
      BaseBackupThrottle CheckpointWriteDelay PgSleep RecoveryApplyDelay RecoveryRetrieveRetryInterval
      RegisterSyncRequest VacuumDelay VacuumTruncate`),
    },
    10: {
      name: 'IO',
      events: words(`
      BaseBackupRead BaseBackupSync BaseBackupWrite BufFileRead BufFileWrite BufFileTruncate ControlFileRead
      ControlFileSync ControlFileSyncUpdate ControlFileWrite ControlFileWriteUpdate CopyFileRead CopyFileWrite
      DataFileExtend DataFileFlush DataFileImmediateSync DataFilePrefetch DataFileRead DataFileSync
      DataFileTruncate DataFileWrite DSMFillZeroWrite LockFileAddToDataDirRead LockFileAddToDataDirSync
      LockFileAddToDataDirWrite LockFileCreateRead LockFileCreateSync LockFileCreateWrite
      LockFileReCheckDataDirRead LogicalRewriteCheckpointSync LogicalRewriteMappingSync
      LogicalRewriteMappingWrite LogicalRewriteSync LogicalRewriteTruncate LogicalRewriteWrite RelationMapRead
      RelationMapSync RelationMapWrite ReorderBufferRead ReorderBufferWrite ReorderLogicalMappingRead
      ReplicationSlotRead ReplicationSlotRestoreSync ReplicationSlotSync ReplicationSlotWrite SLRUFlushSync
      SLRURead SLRUSync SLRUWrite SnapbuildRead SnapbuildSync SnapbuildWrite TimelineHistoryFileSync
      TimelineHistoryFileWrite TimelineHistoryRead TimelineHistorySync TimelineHistoryWrite TwophaseFileRead
      TwophaseFileSync TwophaseFileWrite VersionFileWrite WALSenderTimelineHistoryRead WALBootstrapSync
      WALBootstrapWrite WALCopyRead WALCopySync WALCopyWrite WALInitSync WALInitWrite WALRead WALSync
      WALSyncMethodAssign WALWrite VersionFileSync`),
    },
  },
};

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}

/** `Lock:tuple`; undefined for 0 (no wait), an unknown version or event. Extensions' own lightweight locks are `LWLock:extension`. */
export function decodeWaitEvent(version: number, waitEvent: number): string | undefined {
  const group = VERSIONS[version]?.[waitEvent >>> 24];
  if (group === undefined) return undefined;
  const number = waitEvent & 0xffff;
  const event = group.events[number];
  if (event !== undefined && event !== '-') return `${group.name}:${event}`;
  return group.name === 'LWLock' && number >= group.events.length ? 'LWLock:extension' : undefined;
}
