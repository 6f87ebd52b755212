// What verbs of other languages than English mean, in names and descriptions of tools. Written from general knowledge of these languages.
// Data and lookup only. Words stand without accents; `stem-` is the beginning of a word, all others are whole words.
import type { Intent } from '../../call.ts';

/** German, Dutch, Swedish, Danish, Norwegian; French, Spanish, Portuguese, Italian, Romanian; Polish, Czech; Turkish, Indonesian. */
const LATIN: Readonly<Record<Intent, string>> = {
  read: `abruf- abfrag- abgerufen anzeig- zeig- such- durchsuch- auflist- listet lesen liest auslesen ausles- nachschlag- pruef- pruft prufen uberpruf- ueberpruef- berechn- ermittel- ermittl-
    vergleich- ausgeb- liefert ruft gibt holt holen hole finde findet finden zaehl- zahlt zahlen einseh- ubersetz- uebersetz- analysier- schaetz- validier- wandelt generier- erklaert erklart
    ophal- opvrag- opzoek- zoek- haalt toon- weergeven bekijk- lees controleer- bereken- geeft lijst vindt
    hamta- hent- henter  visar viser sok- soker sog- vis lista listar berakna- beregn- kontroller- las laser laes- sjekk- tjek-
    afficher affiche affichez obtenir obtient obten- recuper- recherch- cherch- lister listez lire lit lecture consulter consulte consultez trouver trouve verifi- calcul- compar- analys- renvoie renvoyer retourne
    retourner rechercher fournit indique traduit traduire voir
    consult- busc- encontr- mostr- muestr- obten- obtien- obter obtem leer lee ler leia listado visualiz- verific- calcula- compara- analiz- analis- devuelv- retorna- generar genera gerar gera traduc- traduz- averigu- descarga- baixar baixa
    pesquis- exib- procur- localiz- valida- estima- recupera-
    cerca cercare cercar ricerca ricerc- elenc- ottien- ottener- legge leggere leggi mostra mostrare trova trovare controlla controllare restituisc- confront- calcola- traduci- traduce- visualizz-
    cauta caut- afis- obtine citest- gasest-
    pobier- pobra- wyszuk- szuka- znajd- pokaz- pokazuj- wyswietl- wyswietla odczyt- sprawdz- oblicz- porown- zwraca zwroc
    zobraz- vyhled- hled- najit najde nacte nacist ziska- vypis- zjist- overi- cte
    getir- listele- ara bul bulur goster- goruntule- oku okur sorgula- hesapla- kontrol karsilastir- dondur-
    ambil mengambil cari mencari tampilkan menampilkan lihat melihat baca membaca daftar hitung menghitung periksa memeriksa
    nayti poluchit pokazat poisk prochitat proverit`,
  write: `anleg- angeleg- erstell- erzeug- hinzufug- hinzufueg- fugt fuegt legt aktualisier- aender- andert andern bearbeit- speicher- schreib- sende senden sendet verschick- versend- setzt setzen eintrag- veroffentlich- veroeffentlich-
    aktivier- buchen bucht einfug- einfueg- registrier- zuweis- verschieb- umbenenn- hochlad- ladt kopier- einlad- genehmig- bestaetig- bestatig- beantwort- planen starte startet starten freischalt- reservier- aufgeb- anmeld- eintrag- schliess- schliesst gutschreib- wiederherstell- erfass- konfigurier-
    aanmak- maakt toevoeg- voegt bijwerk- wijzig- opslaan verstuur- verzend- stuurt schrijf- instel- uitvoer- plaatst
    skapa- skapar lagga lagger uppdater- andra andrar spara- skicka- skickar opret- oprett- opdater- oppdater- tilfoj- legger redigere- rediger- gem gemmer lagre- skriv-
    creer cree creez ajout- modifi- envoi- envoyer envoyez mettre  enregistr- ecrir- ecrit publier publie publiez deplac- renomm- copier copie inscrire inscrit activer active planifi- televers- confirm- mise inser- cloturer clos restaur- relancer configurer reservar reserva reserver
    crear crea creando actualiz- atualiz- agreg- anad- anadir adicion- modific- edita- editar envia enviar envie escrib- escrev- guardar guarda guarde salvar salva publicar publica publicare mover muev- renombr- renome- copiar asign- atribu- activa activar ativar ativa cerrar cierra fechar fecha abrir abre restaur-
    registrar registra programar programa programmare agendar agende confirma- insert- inserir insere criar cria crie cadastr- subir configur- cambia- cambiar alterar altera aprov- aprueb- responder responde marca- 
    creare aggiung- aggiorn- modifica- invia inviare invio scriv- salvare pubblic- sposta- rinomin- copia copiare assegn- attiv- registr- inserisc- pianific- caricare carica imposta- prenot- chiud- ripristin- conferm- approv-
    adaug- actualize- trimit- creeaz- modific- salveaz-
    utworz- tworz- stworz- dodaj- dodac dodaje aktualizuj- zaktualiz- zmien- edytuj- edyt- zapis- wysla- wysyla- wyslij opublik- przenies- przenosi ustaw- rezerw- zatwierdz-
    vytvor- pridat prida pridava uprav- aktualiz- odesl- odesila uloz- zmen- publikov- nastav- presun-
    olustur- ekle ekler ekleme guncelle- degistir- duzenle- kaydet- gonder- yayinla- tasi tasir ayarla- yukle- onayla-
    buat membuat tambah- menambah- ubah mengubah perbarui memperbarui simpan menyimpan kirim mengirim atur mengatur unggah
    sozdat dobavit obnovit izmenit otpravit sohranit`,
  destructive: `losch- loesch- geloscht geloescht entfern- beend- stornier- kundig- kuendig- abbrech- abbruch bricht zurucksetz- zuruecksetz- deaktivier- sperr- gesperrt vernicht- leeren leert stoppt stoppen widerruf- uberweis- ueberweis- bezahl- zahle
    erstatt- kauf- verkauf- uberschreib- ueberschreib- abschalt- herunterfahr- absag- abmeld- abbestell- austrag- auszahl- abbuch- aufheb- archivier- tilg- ausbuch-
    verwijder- annuler- wis  wissen stopzet- uitschakel- overschrijf- betaal- terugbetaal- overmak- opzegg- blokkeer- koop
    radera- raderar tabort avbryt- stang- slett- slet sletter fjern- annuller- betal- overfor- refunder- avslutt- inaktivera-
    supprim- effacer efface effacez annul- resilier resilie desactiv- revoqu- arret- arrete purger purge vider vide detruir- detruit rembours- debiter debite payer paye payez virer virement transferir transferer transfere transferi achet- vendre vend ecras- reinitialis- bloquer bloque retirer retire archiver
    elimin- borrar borra borre cancela- anul- remover apag- excluir exclui exclua deslig- encerra- desactiva- desativ- revoc- revog- detener detiene detien- parar pagar paga pague reembols- transferir transferer transfere transferi transfier- comprar compra vender vende sobrescrib- sobrescrev- restablec- vaciar vacia
    suspender suspende bloque- despedir quita- quitar formatear formatar limpar limpia- baja estorn- finaliz- terminar termina descart-
    elimina- cancell- rimuov- rimuove annulla- disattiv- revoca- arresta- ferma- pagare bonific- rimbors- trasfer- acquist- compra-  sovrascriv- azzera- svuota- blocca- distrugg- sospend-
    sterge stergere anuleaz- dezactiv- opreste plateste ramburs-
    usun- usuwa- kasuj- skasuj- anuluj- anulow- wylacz- zatrzym- zablok- zwrot- zaplac- przelej przelew- kup- sprzed- nadpis- czysci wyczysc
    smaz-  odstran- zrus- rusi zastav- deaktiv- zablok- zaplat- vrati- prepis- vymaz-
    sil siler silme silin- kaldir- iptal durdur- kapat- sifirla- engelle-   iade satin-  temizle- devredisi
    hapus menghapus batalkan membatalkan hentikan menghentikan nonaktifkan menonaktifkan bayar membayar transferir transferer transfere transferi kosongkan blokir
    udalit ochistit otmenit ostanovit`,
  exfiltrative: `exportier- exporteer- exporter- exporti- eksporter- exportar- exporta- exportez esport- eksport- wyeksport- aktar aktarir disaaktar ekspor mengekspor
    teilen teilt freigeb- freigab- deel deelt dela delar partag- compart- condivid- udostepn- sdil- paylas- bagikan membagikan weiterleit-`,
};

/** Russian and Ukrainian, Greek, Arabic, Hindi, Vietnamese with its accents: beginnings of words. */
const OTHER: Readonly<Record<Intent, string>> = {
  read: `получ показ покаж найти наход найд поиск ищет искат возвращ вывод провер чита прочит просм просматр рассчит вычисл анализ сравн перечис отобраз формир отримат отрим знайт пошук перевір
    εμφαν αναζητ επιστρεφ ληψη προβολ يعرض عرض يبحث بحث البحث يجلب جلب استرجاع الحصول قراءة प्राप्त खोज दिखा सूची tìm lấy xem hiển kiểm đọc`,
  write: `созда добав обнов измен редактир отправ записыва записат установ публик загруж загруз перемещ перемест переимен копир включ запус регистр назнач подтвер сохран створ додат оновл змінит надісл
    δημιουργ προσθ ενημερ αποστ αποθηκ ينشئ إنشاء انشاء يضيف إضافة تحديث يحدث يرسل إرسال ارسال تعديل حفظ बनाए बनाएं बनाना जोड़ अपडेट भेज tạo thêm sửa gửi lưu cập đặt`,
  destructive: `удал стира стерет очист очищ отмен останов остана отключ заблок сброс сбрасыв заверш аннулир отозв отзыв уничтож оплат оплач купить покупае продать продае блокир видал скасув
    διαγρα ακυρ πληρω يحذف حذف الحذف يلغي إلغاء الغاء إيقاف تحويل دفع हटा मिटा रद्द भुगतान xóa xoá hủy huỷ dừng khóa chuyển hoàn`,
  exfiltrative: 'экспорт выгруж выгруз подел експорт εξαγωγ تصدير निर्यात xuất',
};

/** Verbs that only say that something is done, in all of these: what is done says the class. */
const LIGHT = `durchfuhr- durchfueh- ausfuhr- ausfuehr- fuhrt fuehrt tatig- ejecut- realiz- effectu- execute- esegui- esegue eseguire effettu- efetu- uitvoer- utfor- udfor- wykon- proved- spust- calistir- yurut- jalankan menjalankan lakukan
  выполн осуществ провед выполня запуска запуст викон εκτελ تنفيذ ينفذ चला thực`;
const LIGHT_PARTS = '执行 執行 运行 運行 实行 進行 进行 実行 行う 行い 실행 수행';
/** With such a verb, money that moves and programs that run. */
export const DOES =
  /\b(?:pago|pagos|paiement|pagament\w*|zahlung\w*|(?:ue|ü|u)berweisung\w*|transferenci\w*|transfer[eê]ncia\w*|virement\w*|bonific\w*|reembols\w*|rembours\w*|rimbors\w*|erstattung\w*|betaling\w*|compra|achat|acquisto|kauf|orden de compra|sql|befehl\w*|kommando\w*|comando\w*|commande|shell|bash|script\w*|skript\w*|opdracht\w*|code|codigo|código|codice|polecen\w*|p[rř][ií]kaz\w*|perintah|pembayaran|pembelian)\b|команд|скрипт|код|плат[её]ж|перевод|支付|付款|转账|轉帳|退款|命令|脚本|代码|SQL|コマンド|スクリプト|コード|送金|決済|返金|명령|스크립트|코드|결제|송금|환불|[oö]deme|komut|εντολ|أمر|أوامر|دفع/iu;

/** Chinese, Japanese, Korean: parts of sentences without spaces. */
const UNSPACED: Readonly<Record<Intent, string>> = {
  read: `查询 查詢 获取 獲取 取得 搜索 搜尋 检索 檢索 查看 查找 列出 读取 讀取 返回 显示 顯示 计算 計算 分析 翻译 翻譯 检查 檢查 比较 比較 统计 統計 预览 預覽 識別 识别 浏览 瀏覽 下载 下載 查
    検索 一覧 表示 確認 照会 参照 読み取 読み込 調べ 変換 翻訳 探し 返します 見つけ
    조회 검색 가져오 가져옵 확인 보여 읽 목록 계산 번역 분석 표시 반환`,
  write: `创建 創建 建立 新建 新增 添加 增加 更新 修改 编辑 編輯 设置 設置 設定 发送 發送 发布 發布 提交 上传 上傳 保存 写入 寫入 移动 移動 重命名 复制 複製 启动 啟動 启用 啟用 回复 回覆 分配 订阅 訂閱 安排 预订 預訂 绑定
    作成 追加 編集 変更 登録 送信 投稿 保存 書き込 アップロード コピー 有効 起動 予約 返信 承認 公開
    생성 만들 만듭 추가 수정 업데이트 변경 전송 보내 보냅 보낸 게시 저장 등록 업로드 이동 복사 설정 예약 작성 승인`,
  destructive: `删除 刪除 移除 清空 清除 取消 停止 终止 終止 禁用 停用 撤销 撤銷 注销 註銷 重置 覆盖 覆蓋 销毁 銷毀 关闭 關閉 支付 付款 退款 转账 轉帳 汇款 匯款 购买 購買 下单 下單 封禁 踢出 关机 關機 重启 重啟 卸载
    削除 消去 キャンセル 無効 解約 上書き 返金 送金 出金 引き出 支払 購入 注文 破棄 終了 リセット 退会 振込
    삭제 제거 취소 중지 종료 비활성 초기화 환불 송금 결제 구매 주문 차단 덮어쓰 해지 탈퇴`,
  exfiltrative: '导出 導出 匯出 分享 共享 エクスポート 共有 내보내 내보냅 공유',
};

const INTENTS: readonly Intent[] = ['read', 'write', 'destructive', 'exfiltrative'];

const WHOLE = new Map<string, Intent>();
const STEMS = new Map<string, Intent>();
const PARTS: { part: string; intent: Intent; isLight?: boolean }[] = LIGHT_PARTS.split(' ').map((part) => ({
  part,
  intent: 'write',
  isLight: true,
}));
const LIGHT_WORDS = new Set<string>();
const LIGHT_STEMS = new Set<string>();
for (const word of LIGHT.split(/\s+/)) {
  if (!word.endsWith('-') && word.charCodeAt(0) < 128) LIGHT_WORDS.add(word);
  else LIGHT_STEMS.add(word.replace('-', ''));
}
for (const intent of INTENTS) {
  for (const word of LATIN[intent].split(/\s+/)) {
    if (word.endsWith('-')) STEMS.set(word.slice(0, -1), intent);
    else if (word !== '') WHOLE.set(word, intent);
  }
  for (const word of OTHER[intent].split(/\s+/)) STEMS.set(word, intent);
  for (const part of UNSPACED[intent].split(/\s+/)) PARTS.push({ part, intent });
}
// Of two parts at one place the longer one is meant.
PARTS.sort((one, other) => other.part.length - one.part.length);

const MIN_STEM = 3;
/** Letters of an ending, at most. */
const MAX_ENDING = 8;

/** Without accents, lower case. */
export function plainWord(word: string): string {
  return word
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[ßøłıæœđ]/g, (letter) => LETTERS[letter] ?? letter);
}

const LETTERS: Readonly<Record<string, string>> = { ß: 'ss', ø: 'o', ł: 'l', ı: 'i', æ: 'ae', œ: 'oe', đ: 'd' };

/** `word`: lower case, as `plainWord` gives it or as it was written. */
export function worldVerb(word: string): { intent: Intent; isLight: boolean } | undefined {
  const whole = LIGHT_WORDS.has(word) ? 'write' : WHOLE.get(word);
  if (whole) return { intent: whole, isLight: LIGHT_WORDS.has(word) };
  for (let length = word.length; length >= Math.max(MIN_STEM, word.length - MAX_ENDING); length--) {
    const stem = word.slice(0, length);
    const isLight = LIGHT_STEMS.has(stem);
    const intent = isLight ? 'write' : STEMS.get(stem);
    if (intent) return { intent, isLight };
  }
  return undefined;
}

export interface Part {
  intent: Intent;
  from: number;
  to: number;
  /** Says only that something is done. */
  isLight: boolean;
}

/** Verbs of a text in a script without spaces, in their order. */
export function partsOf(text: string): Part[] {
  const found: Part[] = [];
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) < 0x2e80) continue;
    const one = PARTS.find(({ part }) => text.startsWith(part, at));
    if (!one) continue;
    found.push({ intent: one.intent, from: at, to: at + one.part.length, isLight: one.isLight === true });
    at += one.part.length - 1;
  }
  return found;
}
